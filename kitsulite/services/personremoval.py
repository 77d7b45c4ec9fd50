"""Taking somebody out of the studio with all that hangs on the person (contract 02, 3.2: persons, force)."""

from kitsulite.models.files import OutputFile, WorkingFile
from kitsulite.models.people import DesktopLoginLog, LoginLog, TimeSpent
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.models.reviews import (
    Comment,
    CommentAcknowledgement,
    Notification,
    PreviewFile,
    Subscription,
)
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.models.tools import ApiEvent, SearchFilter, SearchFilterGroup
from kitsulite.services import comments
from kitsulite.services.work import Work

GOES_ALONG = (
    CommentAcknowledgement.person,
    ApiEvent.user_id,
    Notification.person_id,
    Notification.author_id,
    SearchFilter.person_id,
    SearchFilterGroup.person_id,
    LoginLog.person_id,
    DesktopLoginLog.person_id,
    Subscription.person_id,
    TimeSpent.person_id,
    ProjectPersonLink.person_id,
    TaskPersonLink.person_id,
)
"""Rows that are of no use without the person, in the order in which they can go: saved searches before their groups."""

FORGETS = (Task.assigner_id, OutputFile.person_id, WorkingFile.person_id, PreviewFile.person_id)
"""Where rows stay and only the person's name goes."""


def take_along(work: Work, person_id: str) -> None:
    """Remove what goes with a person, comments and all that follows from them included; what else points there stays."""
    for comment in work.db.rows(Comment.select().where(Comment.person_id == person_id)):
        comments.remove_comment(work, comment)
    for column in GOES_ALONG:
        work.delete(column.model, column == person_id)
    for column in FORGETS:
        work.db.run(column.model.update({column: None}).where(column == person_id))
