"""Who follows which task without doing it (contract 05, 7)."""

from kitsulite.models.productions import Project
from kitsulite.models.reviews import Subscription
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task
from kitsulite.services.work import Work

ROW = Shape(Subscription)


def list_of_project(work: Work, project_id: str) -> Raw:
    """The subscriptions to tasks of a project."""
    tasks = Task.select(Task.id).where(Task.project_id == work.get(Project, project_id)["id"])
    return many(work.db, ROW.select(work.db).where(Subscription.task_id.in_(tasks)).order_by(Subscription.created_at))
