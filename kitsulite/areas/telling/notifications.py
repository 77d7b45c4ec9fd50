"""Who hears of what: the rows of a person's notification list (docs/api/tasks.md).

Everything that notifies goes through `notify`. Nobody is told of what they did themselves, of the same thing twice, or
once they left.
"""

from collections.abc import Iterable
from typing import Any

from kitsulite.access.hearing import told_of
from kitsulite.areas.telling import messages
from kitsulite.areas.telling.mentions import Mentions, people_meant
from kitsulite.models import now
from kitsulite.models.entities import Entity
from kitsulite.models.notification_shapes import ROW
from kitsulite.models.people import NO_PREVIEW_ACCOUNT, Person
from kitsulite.models.productions import Project
from kitsulite.models.replies import well_formed
from kitsulite.models.reviews import Comment, Notification, Subscription
from kitsulite.models.tasks import Task, TaskPersonLink
from kitsulite.rows.pages import paged
from kitsulite.storage import Row, Statement
from kitsulite.storage.many import Many
from kitsulite.work.work import Work

REACHED = Statement(
    lambda ids: Person.select(Person.id, *messages.SWITCHES).where(
        Person.id.in_(Many(Person.id, ids)), Person.active, NO_PREVIEW_ACCOUNT
    )
)
ASSIGNEES = Statement(
    lambda task_id: TaskPersonLink.select(TaskPersonLink.person_id).where(TaskPersonLink.task_id == task_id)
)
SUBSCRIBERS = Statement(
    lambda task_id, entity_id, task_type_id: Subscription.select(Subscription.person_id).where(
        (Subscription.task_id == task_id)
        | (
            Subscription.entity_id.in_(Entity.select(Entity.parent_id).where(Entity.id == entity_id))
            & (Subscription.task_type_id == task_type_id)
        )
    )
)


def notify(
    work: Work,
    kind: str,
    people: Iterable[str],
    author_id: str,
    task: Row,
    *,
    created_at: str | None = None,
    **links: Any,
) -> None:
    """Tell people, except the author, of something about a task or a comment on it, as far as they may hear of it.

    `links` are further columns of the rows.
    """
    links["task_id"] = task["id"]
    told = told_of(work, task, set(people) - {author_id}, work.find(Comment, links.get("comment_id")))
    tell(work, kind, told, author_id, task["project_id"], created_at=created_at or now(), **links)


def tell(work: Work, kind: str, people: Iterable[str], author_id: str, project_id: str | None, **columns: Any) -> None:
    """Tell people, except the author, of something in a project: what, say the `columns` of the rows."""
    wanted = list(set(people) - {author_id})
    if not wanted:
        return
    for person in work.db.ask(REACHED, work.db.listed(wanted)):
        id = work.insert(Notification, type=kind, person_id=person["id"], author_id=author_id, **columns)
        messages.tell(work, id, person, kind)
        ids = {"notification_id": id, "person_id": person["id"]}
        work.emit("notification:new", ids, project_id, live=True)


def notify_of_comment(work: Work, comment: Row, task: Row, mentions: Mentions, *, changed: bool) -> None:
    """Tell who follows the task, and who is mentioned: now, whenever the comment says that it was made."""
    author_id, about = comment["person_id"], {"comment_id": comment["id"]}
    notify(work, "comment", followers_of(work, task), author_id, task, change=changed, **about)
    notify(work, "mention", people_meant(work, mentions, task["project_id"]), author_id, task, **about)


def notify_of_edit(work: Work, comment: Row, task: Row, mentions: Mentions) -> None:
    """Make the mention notifications of a comment fit its new text: who was told already is not told again."""
    mine = (Notification.comment_id == comment["id"]) & (Notification.type == "mention")
    meant = people_meant(work, mentions, task["project_id"])
    told = set(work.db.values(Notification.select(Notification.person_id).where(mine)))
    if gone := told - meant:
        work.delete(Notification, mine, Notification.person_id.in_(list(gone)))
    about = {"comment_id": comment["id"], "created_at": comment["created_at"]}
    notify(work, "mention", meant - told, comment["person_id"], task, **about)


def notify_of_reply(work: Work, comment: Row, reply: Row, task: Row) -> None:
    """Tell who follows the task and who takes part in the talk, and who is mentioned."""
    author_id = reply["person_id"]
    talkers = {comment["person_id"], *(earlier["person_id"] for earlier in well_formed(comment["replies"]))}
    about = {"comment_id": comment["id"], "reply_id": reply["id"], "created_at": reply["created_at"]}
    notify(work, "reply", followers_of(work, task) | talkers, author_id, task, **about)
    meant = people_meant(work, Mentions(reply["mentions"], reply["department_mentions"]), task["project_id"])
    notify(work, "reply-mention", meant, author_id, task, **about)


def notify_of_assignment(work: Work, task: Row, person_id: str) -> None:
    """Tell somebody that the caller gave them a task."""
    notify(work, "assignation", [person_id], work.caller.id, task)


def list_of_project(work: Work, project_id: str, page: int | None) -> Any:
    """The notifications about tasks of a project, latest change first."""
    tasks = Task.select(Task.id).where(Task.project_id == work.get(Project, project_id)["id"])
    return paged(work, ROW.select(work.db).where(Notification.task_id.in_(tasks)), Notification, page)


def followers_of(work: Work, task: Row) -> set[str]:
    """Assignees, subscribers of the task, and of its task type in the sequence."""
    assignees = work.db.ask_tuples(ASSIGNEES, task["id"])
    subscribers = work.db.ask_tuples(SUBSCRIBERS, task["id"], task["entity_id"], task["task_type_id"])
    return {id for (id,) in (*assignees, *subscribers)}
