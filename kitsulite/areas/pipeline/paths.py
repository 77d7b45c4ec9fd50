"""Where a file lies and what it is called: templates of a file tree, filled in (docs/api/pipeline.md)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from slugify import slugify

from kitsulite.areas.pipeline.filetrees import TreeRefused, mode_of, styled, template_of
from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.people import Department
from kitsulite.models.productions import Project
from kitsulite.models.tasks import TaskType
from kitsulite.storage import Row
from kitsulite.work.kinds import EPISODE, SCENE, SEQUENCE, SHOT, kind_of
from kitsulite.work.work import Work

TOKEN = re.compile(r"<([^<>.]+)(?:\.([^<>]*))?>")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
FIELDS = ("name", "short_name", "number", "id")
NO_EPISODE, NO_SOFTWARE, NO_OUTPUT_TYPE = "e001", "3dsmax", "Geometry"
"""What stands in a path where there is none."""
KINDS = {SHOT.name: "shot", SCENE.name: "scene", SEQUENCE.name: "sequence", EPISODE.name: "episode"}
Value = Row | str
"""What a token stands for: a row with its fields, or just a text."""


@dataclass
class Filing:
    """A file that is to have a place.

    entity           what it is made for; of an instance the asset
    instance         of which asset instance, seen in `temporal_entity`
    name             `main`, unless a task has several files
    """

    work: Work
    entity: Row
    name: str = "main"
    revision: int = 1
    task: Row | None = None
    task_type: Row | None = None
    software: Row | None = None
    output_type: Row | None = None
    representation: str = ""
    instance: Row | None = None
    temporal_entity: Row | None = None

    # --- paths ---

    def folder(self, mode: str, sep: str = "/") -> str:
        """The folder; TreeRefused."""
        tree = mode_of(self.project, mode)
        template, style = template_of(tree, "folder_path", self.kind)
        filled = self._filled(template, style).replace("/", sep)
        root = tree["root"] + sep if tree["root"] else ""
        return f"{tree['mountpoint']}{sep}{root}{filled}"

    def file_name(self, mode: str) -> str:
        """The name, without an ending; TreeRefused."""
        template, style = template_of(mode_of(self.project, mode), "file_name", self.kind)
        filled = self._filled(template, style)
        ids = UUID.findall(filled)
        for number, id in enumerate(ids):
            filled = filled.replace(id, f"0id{number}id0", 1)
        name = styled(slugify(filled, separator="_"), style)
        for number, id in enumerate(ids):
            name = re.sub(f"0id{number}id0", id, name, count=1, flags=re.IGNORECASE)
        return name

    def _filled(self, template: str, style: str) -> str:
        def value(found: re.Match[str]) -> str:
            token, field = found[1], found[2] or "name"
            field = field if field in FIELDS else "name"
            text = self._text(token, field)
            return text if field == "id" else styled(slugify(text, separator="_"), style)

        return TOKEN.sub(value, template)

    @cached_property
    def kind(self) -> str:
        """Under which word a tree keeps its templates for this."""
        if self.instance is not None:
            return "instance_asset" if self.instance["target_asset_id"] else "instance"
        return KINDS.get(self._kind_name, "asset")

    # --- tokens ---

    def _text(self, token: str, field: str) -> str:
        if token not in TOKENS:
            raise TreeRefused(f"Unknown data type: {token}.")
        value = TOKENS[token](self)
        if isinstance(value, str):
            return value
        if token == "Instance":
            return self._of_instance(value, field)
        if field not in value:
            raise TreeRefused(f"Unknown data type: {token}.{field}.")
        text = "" if value[field] is None else str(value[field])
        if token == "Sequence" and field == "name" and "Seq" in text:
            return "S" + text[3:].zfill(3)
        return text.lower() if token in ("OutputType", "TemporalEntityType") and field != "id" else text

    def _of_instance(self, instance: Row, field: str) -> str:
        if field == "name":
            return instance["name"] or str(instance["number"] or 0)
        return str(instance["id"]) if field == "id" else str(instance["number"] or 0).zfill(4)

    @cached_property
    def project(self) -> Row:
        return self.work.get(Project, (self.temporal_entity or self.entity)["project_id"])

    @cached_property
    def _kind_name(self) -> str:
        return kind_of(self.work, self._shown).name

    @property
    def _shown(self) -> Row:
        """The entity that the path leads to: of an instance what it is seen in."""
        return self.temporal_entity or self.entity

    def asset_type(self) -> Value:
        return self.work.get(EntityType, self.entity["entity_type_id"])

    def sequence(self) -> Value:
        if self._kind_name == SEQUENCE.name:
            return self._shown
        if self._kind_name in (SHOT.name, SCENE.name):
            return self.work.find(Entity, self._shown["parent_id"]) or ""
        return ""

    def episode(self) -> Value:
        if self._kind_name == EPISODE.name:
            return self._shown
        sequence = self.sequence()
        found = self.work.find(Entity, sequence["parent_id"]) if isinstance(sequence, dict) else None
        return found or NO_EPISODE

    def type_of_task(self) -> Row | None:
        if self.task_type is None and self.task is not None:
            return self.work.get(TaskType, self.task["task_type_id"])
        return self.task_type

    def department(self) -> Value:
        task_type = self.type_of_task()
        return (self.work.find(Department, task_type["department_id"]) if task_type else None) or ""

    def temporal_entity_type(self) -> Value:
        return self.work.get(EntityType, self._shown["entity_type_id"])


TOKENS: dict[str, Callable[[Filing], Value]] = {
    "Project": lambda filing: filing.project,
    "Shot": lambda filing: filing._shown,
    "Scene": lambda filing: filing._shown,
    "Asset": lambda filing: filing.entity,
    "AssetType": Filing.asset_type,
    "Sequence": Filing.sequence,
    "Episode": Filing.episode,
    "TaskType": lambda filing: filing.type_of_task() or "",
    "Department": Filing.department,
    "Task": lambda filing: filing.task or "",
    "Software": lambda filing: filing.software or NO_SOFTWARE,
    "OutputType": lambda filing: filing.output_type or NO_OUTPUT_TYPE.lower(),
    "TemporalEntity": lambda filing: filing._shown,
    "TemporalEntityType": Filing.temporal_entity_type,
    "Instance": lambda filing: filing.instance or "",
    "Representation": lambda filing: filing.representation,
    "Name": lambda filing: filing.name,
    "OutputFile": lambda filing: filing.name,
    "WorkingFile": lambda filing: filing.name,
    "Version": lambda filing: str(filing.revision).zfill(3),
    "Revision": lambda filing: str(filing.revision).zfill(3),
}
"""What can stand in a template, and what it stands for."""


def of_elements(name: str, count: int) -> str:
    """The name of a file that is really so many."""
    return f"{name}_[1-{count}]" if count > 1 else name
