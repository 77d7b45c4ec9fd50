"""Concepts, and the folders that they are sorted into."""

from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import is_any_admin, project_supervisor
from kitsulite.access.entities import may_see_concept
from kitsulite.access.rules import CREW, SUPERVISING, asked_project, entity, project
from kitsulite.areas.entities import conceptfolders, concepts, removal
from kitsulite.areas.entities.narrowing import Narrowed
from kitsulite.areas.entities.withtasks import CONCEPTS, shape_with_tasks
from kitsulite.models.entities import Entity
from kitsulite.models.entity_shapes import ENTITIES, PROJECT_NAME
from kitsulite.web.inputs import Id, Name
from kitsulite.web.routing import Merged, Route, delete, get, post, put
from kitsulite.work.kinds import CONCEPT, CONCEPT_FOLDER

FolderName = Annotated[str, msgspec.Meta(min_length=1, max_length=160, pattern=r"\S")]


class NewConcept(msgspec.Struct):
    """A new concept, in a folder or in none. What it illustrates is told as ids, or as objects that have one."""

    name: Name
    description: str | None = None
    data: dict[str, Any] | None = None
    parent_id: Id | None = None
    entity_concept_links: list[Any] = msgspec.field(default_factory=list)


class Folder(msgspec.Struct):
    """What a folder of concepts is called."""

    name: FolderName


class Moved(msgspec.Struct):
    """Which concepts go into which folder; into none when it is null."""

    concept_ids: list[Id]
    concept_folder_id: Id | None = None


of_query = asked_project(CREW, otherwise=is_any_admin)
crew = project(CREW)
CONCEPT_ROWS = [ENTITIES["Concept"]]

FOLDER = ENTITIES["ConceptFolder"]

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
    get("/data/projects/{project_id}/concept-folders", crew, conceptfolders.of_project, gives=[FOLDER]),
    post(
        "/data/projects/{project_id}/concept-folders",
        project_supervisor,
        conceptfolders.create,
        takes=Folder,
        gives=FOLDER,
        status=201,
    ),
    put(
        "/data/concept-folders/{concept_folder_id}",
        entity(CONCEPT_FOLDER, SUPERVISING),
        conceptfolders.rename,
        takes=Folder,
        gives=FOLDER,
    ),
    delete(
        "/data/concept-folders/{concept_folder_id}",
        entity(CONCEPT_FOLDER, SUPERVISING),
        removal.remove,
        title="Remove a folder of concepts, which then stand in none",
    ),
    post(
        "/actions/projects/{project_id}/move-concepts",
        project_supervisor,
        conceptfolders.move,
        takes=Moved,
        gives=[str],
    ),
]
