"""Rows of productions and of what they are set up with."""

from collections.abc import Mapping
from typing import Any

import peewee

from kitsulite.access.callers import is_any_admin, is_any_manager, manager
from kitsulite.access.hidden import fields_seen
from kitsulite.access.projects import open_team_projects
from kitsulite.access.rules import MANAGING, MEMBER, Is
from kitsulite.areas.productions import descriptors, projects, templates
from kitsulite.areas.productions.openprojects import first_episodes
from kitsulite.models.listmarks import forget_marks
from kitsulite.models.productions import MetadataDescriptor, Project, ProjectStatus, ProjectTemplate
from kitsulite.models.project_shapes import LINKS, STATUS_NAME, TASK_TYPES_PRIORITY
from kitsulite.models.project_shapes import descriptors as columns_of_projects
from kitsulite.models.shapes import Extra, extended
from kitsulite.rows.collection import Collection
from kitsulite.rows.erase import erase_what_hangs_on
from kitsulite.rows.writing import columns_of
from kitsulite.storage import Row, Wire
from kitsulite.work.errors import PlainlyRefused, Refused, WrongParameter
from kitsulite.work.work import Work


class Projects(Collection):
    """Productions. A TV show always has an episode; what is made from a template begins as the template says."""

    path, table = "projects", Project
    get_by = MEMBER
    update_by = MANAGING
    writable = columns_of(Project, without={"team"}) | {projects.DEFAULT_BACKGROUND}
    at_birth = frozenset({"team"})
    more_when_written = {"first_episode_id": Wire("NULL", "text")}
    more_of_one: Mapping[str, Extra] = {
        "project_status_name": STATUS_NAME,
        "descriptors": columns_of_projects(),
        "first_episode_id": Wire("NULL", "text"),
        **TASK_TYPES_PRIORITY,
        **LINKS,
    }

    def visible(self, work: Work) -> peewee.Node:
        return Project.id.in_(open_team_projects(work))

    def answer_get(self, work: Work, row: Row, relations: bool) -> Any:
        more = {**self.more_of_one, "descriptors": columns_of_projects(*fields_seen(work))}
        del more["first_episode_id"]
        is_show = row["production_type"] == "tvshow"
        first = first_episodes(work, [row["id"]]).get(row["id"]) if is_show else None
        return extended(self.wire(work, row["id"], relations, **more), {"first_episode_id": first} if first else {})

    def check_create(self, work: Work, data: Row) -> None:
        projects.check_settings(data)
        projects.check_backgrounds(work, data, [])
        if projects.DEFAULT_BACKGROUND in data:
            data["default_preview_background_file_id"] = data.pop(projects.DEFAULT_BACKGROUND)
        if "project_status_id" not in data:
            data["project_status_id"] = projects.open_status(work)

    def defaults(self, work: Work) -> Row:
        return projects.bit_rates(work)

    def insert(self, work: Work, data: Row) -> Row:
        template_id = data.pop("project_template_id", None)
        template = work.get(ProjectTemplate, template_id) if template_id else None
        row = super().insert(work, data)
        if template:
            templates.apply(work, row, template, data)
        return work.get(Project, row["id"])

    def created(self, work: Work, row: Row, data: Row) -> None:
        projects.first_episode(work, row)
        projects.share_descriptors(work, row)

    def answer_create(self, work: Work, row: Row) -> Any:
        return self._with_episode(work, row, relations=True)

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        projects.check_settings(data)
        projects.check_backgrounds(work, data, projects.backgrounds(work, row["id"]))

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        projects.first_episode(work, row)

    def answer_update(self, work: Work, row: Row) -> Any:
        return self._with_episode(work, row, relations=False)

    def _with_episode(self, work: Work, row: Row, *, relations: bool) -> Any:
        episode_id = projects.first_episode(work, row)
        return extended(self.wire(work, row["id"], relations), {"first_episode_id": episode_id} if episode_id else {})

    def before_delete(self, work: Work, row: Row, force: bool) -> None:
        if projects.is_open(work, row):
            raise Refused("Only closed projects can be deleted")
        if force:
            erase_what_hangs_on(work, Project, row["id"])

    def deleted(self, work: Work, row: Row) -> None:
        forget_marks(work.db, row["id"])


class ProjectTemplates(Collection):
    """Templates; their lists of links have routes of their own."""

    path, table = "project-templates", ProjectTemplate
    list_by = manager
    get_by = Is(is_any_manager)
    writable = columns_of(ProjectTemplate, without={*templates.LINKS} - {"preview_background_files"})
    creatable = frozenset({"name", "description", "file_tree", "data", "metadata_descriptors", *templates.SETTINGS})

    def check_create(self, work: Work, data: Row) -> None:
        for key in data.keys() - self.creatable:
            del data[key]
        if not data.get("name"):
            raise PlainlyRefused("name is required")
        projects.check_form(data)

    def defaults(self, work: Work) -> Row:
        return projects.bit_rates(work)

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        projects.check_form(data)

    def load(self, work: Work, id: str) -> Row:
        return templates.get_template(work, id)

    def make(self, work: Work, data: Row) -> Any:
        with templates.writing_template():
            return super().make(work, data)

    def answer_create(self, work: Work, row: Row) -> Any:
        return self.wire(work, row["id"], relations=False)

    def alter(self, work: Work, row: Row, data: Row) -> Any:
        with templates.writing_template():
            return super().alter(work, row, data)


class MetadataDescriptors(Collection):
    """The fields that productions add. `field_name` is taken as sent; what the field is of stays."""

    path, table = "metadata-descriptors", MetadataDescriptor
    get_by = Is(is_any_admin)
    plain_list_relates = True
    at_birth = frozenset({"project_id", "entity_type", "task_type_id"})
    writable = columns_of(MetadataDescriptor, without=at_birth)

    def visible(self, work: Work) -> peewee.Node:
        seen: peewee.Node = MetadataDescriptor.project_id.in_(open_team_projects(work))
        for condition in descriptors.seen(work):
            seen = seen & condition
        return seen

    def check_create(self, work: Work, data: Row) -> None:
        if "data_type" in data and data["data_type"] not in MetadataDescriptor.data_type.codes:
            raise WrongParameter("Invalid data_type")

    def check_update(self, work: Work, row: Row, data: Row) -> None:
        self.check_create(work, data)

    def updated(self, work: Work, before: Row, row: Row, data: Row) -> None:
        if row["field_name"] != before["field_name"]:
            descriptors.move_values(work, before, row["field_name"])

    def remove(self, work: Work, row: Row, force: bool = False) -> None:
        descriptors.remove(work, row)


COLLECTIONS: list[Collection] = [
    Projects(),
    Collection("project-status", ProjectStatus, writable=columns_of(ProjectStatus)),
    ProjectTemplates(),
    MetadataDescriptors(),
]
