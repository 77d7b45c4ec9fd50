"""The rows that a new studio needs before anybody can work in it.

They are written once, when the studio is made: what an admin deletes later stays deleted.
"""

from kitsulite.models.entities import EntityType
from kitsulite.models.entity_shapes import TEMPORAL
from kitsulite.models.people import Department, Organisation, Person
from kitsulite.models.productions import ProjectStatus
from kitsulite.models.tasks import TaskStatus, TaskType
from kitsulite.work.organisation import FIRST_NAME
from kitsulite.work.work import Work

ADMIN_EMAIL = "admin@example.com"
PROJECT_STATUSES = {"Open": "#000000", "Closed": "#000000"}
ENTITY_TYPES = (*TEMPORAL, "Character", "Prop", "Environment", "FX")
DEPARTMENTS = {
    "Concept": "#8D6E63",
    "Modeling": "#78909C",
    "Layout": "#7CB342",
    "Animation": "#009688",
    "FX": "#26C6DA",
    "Compositing": "#F06292",
}
TASK_TYPES: tuple[tuple[str, str | None, str, int, str], ...] = (
    ("Concept", "Concept", "#8D6E63", 1, "Asset"),
    ("Modeling", "Modeling", "#78909C", 2, "Asset"),
    ("Shading", "Modeling", "#64B5F6", 3, "Asset"),
    ("Rigging", "Animation", "#9CCC65", 4, "Asset"),
    ("Storyboard", "Concept", "#43A047", 1, "Shot"),
    ("Layout", "Layout", "#7CB342", 2, "Shot"),
    ("Animation", "Animation", "#009688", 3, "Shot"),
    ("Lighting", "Compositing", "#F9A825", 4, "Shot"),
    ("FX", "FX", "#26C6DA", 5, "Shot"),
    ("Rendering", "Compositing", "#F06292", 6, "Shot"),
    ("Compositing", "Compositing", "#ff5252", 7, "Shot"),
    ("Edit", "Compositing", "#9b298c", 8, "Edit"),
    ("Concept", None, "#8D6E63", 1, "Concept"),
)
TASK_STATUSES: tuple[tuple[str, str, str, dict[str, bool]], ...] = (
    ("Todo", "todo", "#f5f5f5", {"is_default": True}),
    ("Work In Progress", "wip", "#3273dc", {"is_wip": True}),
    ("Waiting For Approval", "wfa", "#ab26ff", {"is_feedback_request": True}),
    ("Retake", "retake", "#ff3860", {"is_retake": True}),
    ("Done", "done", "#22d160", {"is_done": True}),
    ("Ready To Start", "ready", "#fbc02d", {}),
    ("Neutral", "neutral", "#CCCCCC", {"for_concept": True, "is_default": True}),
    ("Approved", "approved", "#66BB6A", {"for_concept": True}),
    ("Rejected", "rejected", "#E81123", {"for_concept": True}),
)


def create(work: Work) -> None:
    """Fill an empty studio."""
    work.insert(Organisation, name=FIRST_NAME)
    for name, color in PROJECT_STATUSES.items():
        work.insert(ProjectStatus, name=name, color=color)
    for name in ENTITY_TYPES:
        work.insert(EntityType, name=name)
    departments = {name: work.insert(Department, name=name, color=color) for name, color in DEPARTMENTS.items()}
    for name, department, color, priority, entity in TASK_TYPES:
        work.insert(
            TaskType,
            name=name,
            short_name="",
            color=color,
            priority=priority,
            for_entity=entity,
            department_id=department and departments[department],
        )
    for name, short_name, color, flags in TASK_STATUSES:
        work.insert(TaskStatus, name=name, short_name=short_name, color=color, priority=1, **flags)


def has_people(work: Work) -> bool:
    return work.exists(Person)


def create_admin(work: Work, password_hash: str) -> list[tuple[str, str]]:
    """The first account of a studio where there is nobody yet; (e-mail, role) of whom was made."""
    if has_people(work):
        return []
    work.insert(
        Person,
        first_name="Super",
        last_name="Admin",
        email=ADMIN_EMAIL,
        phone="",
        desktop_login="",
        password=password_hash,
        role="admin",
        timezone=work.settings.default_timezone,
        locale=work.settings.default_locale,
    )
    return [(ADMIN_EMAIL, "admin")]
