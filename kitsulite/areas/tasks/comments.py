"""Comments: what is said about a task, and with it every change of its status (docs/api/tasks.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kitsulite.access.comments import may_move_comment, may_speak
from kitsulite.access.previewaccounts import find_person
from kitsulite.access.projects import is_of_team, is_project_manager
from kitsulite.access.roles import is_admin, require
from kitsulite.access.tasks import has_task_action_access, may_use_status
from kitsulite.areas.previews.previewfiles import remove_preview_file
from kitsulite.areas.tasks import automations, news, revisions
from kitsulite.areas.tasks import history as taskhistory
from kitsulite.areas.tasks.attachments import attach
from kitsulite.areas.tasks.checklists import read_checklist
from kitsulite.areas.telling.mentions import add_mentions, find_mentions, find_tags, mentioned_in, store_mentions
from kitsulite.areas.telling.notifications import notify_of_comment, notify_of_edit
from kitsulite.models import now
from kitsulite.models.comment_shapes import COMMENT, CREATED, CREATED_FOR
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.models.reviews import (
    Comment,
    Notification,
)
from kitsulite.models.shapes import Raw, Shape
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.rows.erase import erase
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.periods import read_instant
from kitsulite.work.work import Work

ALL_TASKS = "all"


@dataclass(frozen=True)
class Draft:
    """A comment that is about to be posted.

    spreads  whether its hashtags copy it to other tasks of the entity
    stays    whether the task keeps the status that it has, so that it is no retake
    fired    the automations that led to it; none of them fires again
    """

    task: Row
    status: Row
    author_id: str
    text: str = ""
    checklist: Sequence[Any] = ()
    links: Sequence[str] = ()
    for_client: bool = False
    created_at: str = ""
    files: Sequence[Upload] = ()
    spreads: bool = True
    stays: bool = False
    fired: frozenset[str] = field(default_factory=frozenset)


def comment_task(work: Work, task: Row, task_status_id: str, **said: Any) -> Raw:
    """Comment a task; the new comment. What is `said` is for `draft_comment`.

    Who is only mentioned may talk, but leaves the status as it is.
    """
    if not has_task_action_access(work, task):
        require(task_status_id.lower() == task["task_status_id"])
    draft = draft_comment(work, task, task_status_id, **said)
    manages = is_project_manager(work, task["project_id"])
    shape = CREATED_FOR if said.get("person_id") and manages else CREATED
    return posted(work, [post_comment(work, draft)], shape)[0]


def draft_comment(
    work: Work,
    task: Row,
    task_status_id: str,
    *,
    person_id: str = "",
    created_at: str = "",
    for_client: bool = False,
    **said: Any,
) -> Draft:
    """A comment by somebody who may act on a task.

    Another author, a date and `for_client` are for managers, and passed over for everybody else. NotFound for a status or an
    author that is not there; Forbidden for a status that is not the caller's to give.
    """
    status = work.get(TaskStatus, task_status_id)
    require(may_use_status(work, status, task["project_id"]))
    if not is_project_manager(work, task["project_id"]):
        person_id, created_at, for_client = "", "", False
    author_id = _find_author(work, task, person_id)["id"] if person_id else work.caller.id
    return Draft(task=task, status=status, author_id=author_id, created_at=created_at, for_client=for_client, **said)


def _find_author(work: Work, task: Row, person_id: str) -> Row:
    """In whose name a manager speaks: somebody of the team; for admins, who carry talk over from elsewhere, anybody."""
    author = find_person(work, person_id)
    if author is None or not (
        is_admin(work) or author["id"] == work.caller.id or is_of_team(work, task["project_id"], author["id"])
    ):
        raise NotFound(f"No person {person_id}.")
    return author


def posted(work: Work, ids: list[str], shape: Shape) -> list[Raw]:
    """The comments that were just posted, in this order."""
    rows = (shape.find(work.db, id) for id in ids)
    return [row for row in rows if row is not None]


def tell_of_new(work: Work, comment: Row, task: Row) -> None:
    """Tell that something was said about a task."""
    said = {key: comment[key] for key in ("task_status_id", "person_id", "for_client")}
    work.emit("comment:new", {"comment_id": comment["id"], "task_id": task["id"], **said}, task["project_id"])


def post_comment(work: Work, draft: Draft) -> str:
    """Say something about a task, with all that follows; the new comment's id.

    WrongParameter when the task may not be retaken once more.
    """
    task = work.hold(Task, draft.task["id"])
    if not draft.stays and is_retaken_too_often(work, task, draft.status):
        raise WrongParameter("No more retakes allowed on this task")
    comment = _insert(work, draft)
    mentions = find_mentions(work, draft.text, task["project_id"])
    add_mentions(work, comment["id"], mentions)
    attach(work, draft.files, comment_id=comment["id"])
    tell_of_new(work, comment, task)
    if draft.spreads:
        _copy_to_tagged(work, draft)
    changed = taskhistory.record(work, task, comment, draft.status)
    notify_of_comment(work, comment, task, mentions, changed=changed)
    if not taskhistory.is_of_concept(work, task):
        news.publish(work, comment, task, changed=changed)
    _run_automations(work, draft)
    return comment["id"]


def _insert(work: Work, draft: Draft) -> Row:
    said = read_instant(draft.created_at)
    moment = taskhistory.next_moment(work, draft.task["id"], said)
    id = work.insert(
        Comment,
        object_id=draft.task["id"],
        object_type="Task",
        task_status_id=draft.status["id"],
        person_id=draft.author_id,
        text=draft.text,
        checklist=read_checklist(list(draft.checklist)),
        links=Comment.links.read(list(draft.links)),
        for_client=draft.for_client,
        created_at=moment,
        updated_at=moment if said is None else now(),
    )
    return work.get(Comment, id)


def is_retaken_too_often(work: Work, task: Row, status: Row) -> bool:
    """Whether a status would retake a task once more than it may be."""
    cap = _retakes_allowed(work, task) if status["is_retake"] else 0
    return bool(cap) and (task["retake_count"] or 0) >= cap


def _retakes_allowed(work: Work, task: Row) -> float:
    """How often a task may be retaken, 0 for any number: what its entity says, once the project sets a limit."""
    of_project = work.get(Project, task["project_id"])["max_retakes"] or 0
    if of_project <= 0:
        return 0
    data = work.get(Entity, task["entity_id"])["data"]
    own = data.get("max_retakes") if isinstance(data, dict) else None
    return own if own and isinstance(own, (int, float)) else of_project


def _copy_to_tagged(work: Work, draft: Draft) -> None:
    """Post the comment again on the entity's tasks whose types its hashtags name, each keeping its status.

    Tasks on which the caller may not speak are passed over.
    """
    tags = find_tags(draft.text)
    if not tags:
        return
    siblings = work.db.rows(
        Task.select(Task, TaskType.name.alias("type_name"))
        .join(TaskType, on=Task.task_type_id == TaskType.id)
        .where(Task.entity_id == draft.task["entity_id"], Task.task_status_id.is_null(False))
    )
    own = next(task["type_name"] for task in siblings if task["id"] == draft.task["id"])
    for task in siblings:
        name = task.pop("type_name")
        if name != own and (ALL_TASKS in tags or name.lower() in tags) and may_speak(work, task):
            post_comment(
                work,
                Draft(
                    task=task,
                    status=work.get(TaskStatus, task["task_status_id"]),
                    author_id=draft.author_id,
                    text=f"{draft.text}\n\n____\nFrom {own} task",
                    spreads=False,
                    fired=draft.fired,
                ),
            )


def _run_automations(work: Work, draft: Draft) -> None:
    """Carry out what the task's status sets off now. An automation fires once in a chain, so chains end."""
    task = work.get(Task, draft.task["id"])
    for automation in list(automations.triggered_by(work, task)):
        if automation["id"] in draft.fired:
            continue
        if automation["out_field_type"] == "ready_for":
            automations.make_ready(work, task, automation)
        elif (target := automations.target_of(work, automation, task)) is not None:
            comment_id = post_comment(
                work,
                Draft(
                    task=target,
                    status=work.get(TaskStatus, automation["out_task_status_id"]),
                    author_id=draft.author_id,
                    text=automations.explain(work, automation),
                    spreads=draft.spreads,
                    fired=draft.fired | {automation["id"]},
                ),
            )
            if automation["import_last_revision"]:
                revisions.copy_last_revision(work, task, target, comment_id)


# --- changing ---


def follow_edit(work: Work, before: Row) -> None:
    """See to all that follows from a change of a comment: its mentions, its task's status, who is told.

    before  the comment as it was
    """
    comment = work.get(Comment, before["id"])
    task = work.get(Task, comment["object_id"])
    mentions = find_mentions(work, comment["text"], task["project_id"])
    store_mentions(work, comment["id"], mentions)
    if comment["task_status_id"] != before["task_status_id"]:
        taskhistory.replay_and_announce(work, task, comment["person_id"])
    notify_of_edit(work, comment, task, mentions)
    work.emit("comment:update", {"comment_id": comment["id"], "task_id": task["id"]}, task["project_id"])


# --- taking back ---


def remove_comment(work: Work, comment: Row) -> None:
    """Delete a comment with all that came of it, and derive its task anew."""
    task = work.get(Task, comment["object_id"])
    shown = revisions.previews_of(work, comment["id"])
    erase(work, Comment, [comment["id"]])
    for preview in shown:
        remove_preview_file(work, preview)
    work.emit("comment:delete", {"comment_id": comment["id"]}, task["project_id"])
    taskhistory.replay_and_announce(work, task, comment["person_id"])


def may_move_to(work: Work, source: Row, given: Any) -> bool:
    """Manager of the project, with access to both tasks."""
    return may_move_comment(work, source, work.get(Task, given.target_task_id))


def move_comment(work: Work, task: Row, comment_id: str, target_task_id: str) -> Raw:
    """Put a comment on another task of the same entity; the comment.

    Both tasks are derived anew, and who follows the target is told.
    """
    source, target, comment = task, work.get(Task, target_task_id), work.get(Comment, comment_id)
    if comment["object_id"] != source["id"]:
        raise WrongParameter("Comment does not belong to the given task.")
    if source["id"] == target["id"]:
        raise WrongParameter("Source and target tasks must be different.")
    if source["entity_id"] != target["entity_id"]:
        raise WrongParameter("A comment can only be moved between tasks of the same entity.")
    if revisions.previews_of(work, comment["id"]):
        raise WrongParameter("A comment attached to a preview revision cannot be moved.")
    work.delete(Notification, Notification.comment_id == comment["id"])
    news.withdraw(work, comment["id"], source["project_id"])
    work.update(Comment, comment["id"], object_id=target["id"])
    for either in (source, target):
        taskhistory.replay_and_announce(work, either, comment["person_id"])
    work.emit("comment:delete", {"comment_id": comment["id"]}, source["project_id"])
    tell_of_new(work, comment, target)
    notify_of_comment(work, comment, target, mentioned_in(work, comment["id"]), changed=False)
    if not taskhistory.is_of_concept(work, target):
        news.publish(work, comment, target, changed=False)
    return posted(work, [comment["id"]], COMMENT.with_relations())[0]
