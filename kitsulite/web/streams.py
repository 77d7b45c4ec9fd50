"""Answers that are made piece by piece, and are no list."""

from collections.abc import Callable, Iterator

from kitsulite.web.call import Call
from kitsulite.web.routing import Answer
from kitsulite.web.spool import answer_of
from kitsulite.work.work import Work


def streamed(call: Call, produce: Callable[[Work], Iterator[bytes]], type: str, **headers: str) -> Answer:
    """The answer whose pieces `produce` makes within a transaction. The route must be `alone`."""
    with call.begin(writes=False) as work:
        made = {name.replace("_", "-"): value for name, value in headers.items()}
        return answer_of(call, produce(work), type, made)
