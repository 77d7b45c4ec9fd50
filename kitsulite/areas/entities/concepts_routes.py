"""Concepts (contract 03, 8)."""

from typing import Any

import msgspec

from kitsulite.access import but_not, in_service, project_access
from kitsulite.areas.entities import concepts
from kitsulite.models.entity_shapes import ENTITIES, PROJECT_NAME
from kitsulite.rows.collection import read_ids
from kitsulite.web.call import Call
from kitsulite.web.inputs import Text
from kitsulite.web.routing import get, post


class NewConcept(msgspec.Struct):
    """A new concept. What it illustrates is told as ids, or as objects that have one."""

    name: Text
    description: str | None = None
    data: dict[str, Any] | None = None
    entity_concept_links: list[Any] = msgspec.field(default_factory=list)


def list_concepts(call: Call) -> Any:
    """The concepts of a project."""
    return concepts.concepts(call.work, call.query)


def list_concepts_with_tasks(call: Call) -> Any:
    """The concepts of a project with their tasks."""
    return concepts.with_tasks(call.work, call.query)


def list_concepts_of_project(call: Call, project_id: str) -> Any:
    """The concepts of a project."""
    return concepts.of_project(call.work, project_id)


def show_concept(call: Call, concept_id: str) -> Any:
    """One concept with its tasks."""
    return concepts.concept(call.work, concept_id)


def create_concept(call: Call, project_id: str, body: NewConcept) -> Any:
    """A new concept."""
    values = msgspec.structs.asdict(body)
    illustrates = read_ids("entity_concept_links", values.pop("entity_concept_links"))
    return concepts.create(call.work, project_id, **values, illustrates=illustrates)


of_query = in_service("in the team of the project asked for, no client or vendor; without one, admin")
crew = but_not(project_access, "client", "vendor")
reachable = in_service("in the project's team, no client; vendors with a task on it")
CONCEPT_ROWS = [ENTITIES["Concept"]]

ROUTES = [
    get("/data/concepts", of_query, list_concepts, gives=[ENTITIES["Concept"].but(plus=PROJECT_NAME)]),
    get("/data/concepts/with-tasks", of_query, list_concepts_with_tasks),
    get("/data/concepts/{concept_id}", reachable, show_concept),
    get("/data/projects/{project_id}/concepts", crew, list_concepts_of_project, gives=CONCEPT_ROWS),
    post(
        "/data/projects/{project_id}/concepts",
        crew,
        create_concept,
        takes=NewConcept,
        body_first=True,
        gives=ENTITIES["Concept"],
        status=201,
    ),
]
