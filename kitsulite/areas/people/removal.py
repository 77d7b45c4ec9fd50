"""Taking somebody out of the studio with all that hangs on the person."""

from kitsulite.areas.tasks import comments
from kitsulite.models.people import Person
from kitsulite.models.reviews import Comment
from kitsulite.rows.erase import erase_what_hangs_on
from kitsulite.work.work import Work


def take_along(work: Work, person_id: str) -> None:
    """Remove what goes with a person, comments and all that follows from them included; what else points there stays."""
    for comment in work.db.rows(Comment.select().where(Comment.person_id == person_id)):
        comments.remove_comment(work, comment)
    erase_what_hangs_on(work, Person, person_id)
