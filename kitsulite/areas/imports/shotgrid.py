"""A whole ShotGrid site, or some of its productions, taken over (docs/shotgrid.md).

Kind by kind, page by page, each page in transactions of its own, after which the place is written down: when the reading is cut
short it goes on there. What comes twice changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from kitsulite.areas.imports.shotgrid_site import Filter, NoSuchRecords, Site, SiteError
from kitsulite.areas.imports.shotgun import Intake, Left, Taken, take_in
from kitsulite.areas.imports.shotgun_kinds import KINDS
from kitsulite.areas.imports.shotgun_work import cast_in_parents, count_casts
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.storage.wholefile import whole_file
from kitsulite.work.work import Begin


class Step(NamedTuple):
    """What is read of a site in one go.

    name      what it is called, which is the word of the list that takes it
    path      what the site calls it in addresses
    fields    what is read of a record
    custom    whether with the fields that the site has added
    by        the field that says of which production a record is; none for what is of no production
    may_lack  whether a site may have none of it
    narrowed  further filters
    """

    name: str
    path: str
    fields: tuple[str, ...]
    custom: bool = False
    by: str = "project"
    may_lack: bool = False
    narrowed: tuple[Filter, ...] = ()


PARENTS = "parents of assets"
STEPS = (
    Step("status", "statuses", ("name", "code", "bg_color"), by=""),
    Step("steps", "steps", ("code", "color", "short_name", "entity_type"), by=""),
    Step(
        "persons",
        "human_users",
        ("firstname", "lastname", "email", "login", "sg_status_list", "permission_rule_set", "department"),
        by="",
    ),
    Step("projects", "projects", ("name", "sg_status"), custom=True, by="id"),
    Step("project-connections", "project_user_connections", ("project", "user"), may_lack=True),
    Step("episodes", "episodes", ("code", "description", "project"), may_lack=True),
    Step("sequences", "sequences", ("code", "description", "project", "episode"), may_lack=True),
    Step("scenes", "scenes", ("code", "project", "sequence_sg_scenes_1_sequences"), may_lack=True),
    Step("assets", "assets", ("code", "description", "project", "sg_asset_type")),
    Step(PARENTS, "assets", ("parents",), narrowed=(["parents", "is_not", None],)),
    Step(
        "shots",
        "shots",
        ("code", "description", "project", "sg_sequence", "sg_scene", "assets", "sg_cut_in", "sg_cut_duration"),
        custom=True,
    ),
    Step(
        "tasks",
        "tasks",
        (
            "content",
            "cached_display_name",
            "project",
            "step",
            "entity",
            "start_date",
            "due_date",
            "sg_sort_order",
            "duration",
            "sg_status_list",
            "created_by",
            "task_assignees",
        ),
    ),
    Step("notes", "notes", ("tasks", "content", "user", "created_at", "project")),
    Step("versions", "versions", ("code", "description", "user", "sg_task", "sg_uploaded_movie", "project")),
)
"""In the order in which each finds what it names."""
SCHEMAS = {"projects": "Project", "shots": "Shot"}


class Progress(msgspec.Struct):
    """What was read, and what came of it: the place of a reading that is not through.

    projects  the names of the productions; all of them when there are none
    after     by step, the last id that was read
    done      the steps that are through
    taken     by step, how many records were taken
    left      the records that were not, and why
    lacking   the steps of which the site has nothing, and what it says of them
    """

    url: str
    projects: list[str] = []
    after: dict[str, int] = {}
    done: list[str] = []
    taken: dict[str, int] = {}
    left: list[Left] = []
    lacking: dict[str, str] = {}


@dataclass
class Reading:
    """One reading of a site.

    folder    where the place is written down
    told      is called with a step and the number of records that were just read
    """

    begin: Begin
    site: Site
    folder: Path
    projects: Sequence[str] = ()
    told: Callable[[str, int], None] = lambda step, count: None
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        wanted = sorted(set(self.projects))
        self.progress = self._kept() or Progress(self.site.url, wanted)
        if self.progress.projects != wanted:
            of = ", ".join(self.progress.projects) or "all productions"
            raise SiteError(
                f"A reading of {of} is not through yet. Run it to its end first, or remove {self.place} to forget it."
            )

    @property
    def place(self) -> Path:
        """The file in which the place is."""
        name = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in self.site.host)
        return self.folder / f"shotgrid-{name}.json"

    def run(self) -> Progress:
        """Read all that was not read yet."""
        ids = self._project_ids()
        for step in STEPS:
            if step.name not in self.progress.done:
                self._walk(step, ids)
                self.progress.done.append(step.name)
                self._keep()
        with self.begin() as work:
            count_casts(work, work.db.values(Project.select(Project.id).where(Project.shotgun_id.is_null(False))))
        self.place.unlink(missing_ok=True)
        return self.progress

    def _project_ids(self) -> list[int] | None:
        """The ids of the productions asked for; None for all."""
        if not self.progress.projects:
            return None
        named = [["name", "in", self.progress.projects]]
        found = {
            record.get("name"): record["id"] for page in self.site.pages("projects", ["name"], named) for record in page
        }
        if missing := [name for name in self.progress.projects if name not in found]:
            raise SiteError(f"{self.site.host} has no production {missing[0]} that this script may see.")
        return sorted(found[name] for name in self.progress.projects)

    def _walk(self, step: Step, ids: list[int] | None) -> None:
        filters = [*step.narrowed, *_of(step, ids)]
        try:
            custom = self.site.custom_fields(SCHEMAS[step.name]) if step.custom else []
            fields = list(dict.fromkeys([*step.fields, *custom]))
            for page in self.site.pages(step.path, fields, filters, self.progress.after.get(step.name, 0)):
                taken = self._take(step, page)
                self.progress.taken[step.name] = self.progress.taken.get(step.name, 0) + len(taken.ids)
                self.progress.left += taken.left
                self.progress.after[step.name] = page[-1]["id"]
                self._keep()
                self.told(step.name, len(page))
        except NoSuchRecords as problem:
            if not step.may_lack:
                raise
            self.progress.lacking[step.name] = str(problem)

    def _take(self, step: Step, page: list[Row]) -> Taken:
        if step.name == PARENTS:
            with self.begin() as work:
                cast_in_parents(Intake(work, KINDS["assets"], page, adopts=True), page)
            return Taken(ids=[""] * len(page))
        for record in page:
            if step.name == "tasks" and not record.get("cached_display_name"):
                record["cached_display_name"] = record.get("content")
        return take_in(self.begin, KINDS[step.name], page, adopts=True)

    # --- the place ---

    def _kept(self) -> Progress | None:
        try:
            return msgspec.json.decode(self.place.read_bytes(), type=Progress)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as problem:
            raise SiteError(f"{self.place} cannot be read: {problem}. Remove it to read the site anew.") from None

    def _keep(self) -> None:
        with whole_file(self.place) as file:
            file.write(msgspec.json.encode(self.progress))


def _of(step: Step, ids: list[int] | None) -> list[Any]:
    """The filter for records of some productions."""
    if ids is None or not step.by:
        return []
    if step.by == "id":
        return [["id", "in", ids]]
    return [[step.by, "in", [{"type": "Project", "id": id} for id in ids]]]
