"""The outbox: everything that is announced, in the order of commits, for those who listen now and those who come back (docs/live.md)."""

from kitsulite.models.base import Table
from kitsulite.models.fields import BigInteger, DateTime, Json, Uuid
from kitsulite.models.textfields import String


class Outgoing(Table):
    """An event as it goes out. It points to nothing, for it outlives what it tells of.

    number    its place in the order of commits; none comes later with a smaller one
    event_id  the row of the log of events that says the same; of what is live, and not kept there, none
    fields    of a change what was written: name -> what it held before, and holds now
    hearers   the keys that open it (`access/hearers.py`)
    """

    number = BigInteger(null=False, primary_key=True)
    event_id = Uuid()
    name = String(80, null=False)
    data = Json(null=False)
    fields = Json()
    hearers = Json(null=False)
    user_id = Uuid()
    project_id = Uuid()
    created_at = DateTime(null=False, index=True)

    class Meta:
        table_name = "outbox"
