"""Opening and closing productions, as an admin does who has only the name of a state in mind."""

from kitsulite.areas.productions.projects import OPEN
from kitsulite.areas.productions.rows import Projects
from kitsulite.models.productions import ProjectStatus
from kitsulite.work.work import Work

CLOSED = "Closed"


def open_project(work: Work, project_id: str) -> None:
    """Let a production be worked on again."""
    _set(work, project_id, OPEN)


def close_project(work: Work, project_id: str) -> None:
    """Put a production away: nobody but admins finds it any more."""
    _set(work, project_id, CLOSED)


def _set(work: Work, project_id: str, name: str) -> None:
    """Give a production the status of that name, which is made when the studio has lost it."""
    id = work.db.value(ProjectStatus.select(ProjectStatus.id).where(ProjectStatus.name == name))
    status_id = id or work.insert(ProjectStatus, name=name, color="#000000")
    Projects().update(work, project_id, {"project_status_id": status_id})
