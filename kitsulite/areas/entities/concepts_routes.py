"""Concepts."""

from typing import Any

import msgspec

from kitsulite.access.callers import is_any_admin
from kitsulite.access.entities import may_see_concept
from kitsulite.access.rules import CREW, asked_project, entity, project
from kitsulite.areas.entities import concepts
from kitsulite.areas.entities.narrowing import Narrowed
from kitsulite.areas.entities.withtasks import CONCEPTS, shape_with_tasks
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ENTITIES, PROJECT_NAME
from kitsulite.web.inputs import Name
from kitsulite.web.routing import Merged, Route, get, post
from kitsulite.work.kinds import CONCEPT


class NewConcept(msgspec.Struct):
    """A new concept. What it illustrates is told as ids, or as objects that have one."""

    name: Name
    description: str | None = None
    data: dict[str, Any] | None = None
    entity_concept_links: list[Any] = msgspec.field(default_factory=list)


of_query = asked_project(CREW, otherwise=is_any_admin)
crew = project(CREW)
CONCEPT_ROWS = [ENTITIES["Concept"]]

WITH_TASKS = shape_with_tasks(CONCEPTS)
ROUTES: list[Route] = [
    get(
        "/data/concepts",
        of_query,
        concepts.concepts,
        query=Narrowed,
        filters=Entity,
        gives=[ENTITIES["Concept"].but(plus=PROJECT_NAME, title="ConceptOfProject")],
    ),
    get("/data/concepts/with-tasks", of_query, concepts.with_tasks, query=Narrowed, filters=Entity, gives=[WITH_TASKS]),
    get(
        "/data/concepts/{concept_id}",
        entity(CONCEPT, may_see_concept),
        concepts.show_concept,
        gives=Merged(WITH_TASKS, ENTITIES["Concept"].with_relations()),
    ),
    get("/data/projects/{project_id}/concepts", crew, concepts.of_project, gives=CONCEPT_ROWS),
    post(
        "/data/projects/{project_id}/concepts",
        crew,
        concepts.create,
        takes=NewConcept,
        body_first=True,
        gives=ENTITIES["Concept"],
        status=201,
    ),
]
