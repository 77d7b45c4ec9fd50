"""Tables taken in: people, assets, shots, edits, castings and estimations, out of CSV or Excel's own files."""

from typing import Any

import msgspec

from kitsulite.access.callers import admin
from kitsulite.access.rules import MANAGING, Rule, project, row_asked
from kitsulite.areas import imports
from kitsulite.areas.imports import estimations, lines
from kitsulite.areas.imports.persons import SHAPE as PERSON
from kitsulite.areas.imports.tables import Line, read_table
from kitsulite.models.entity_shapes import ENTITIES
from kitsulite.models.productions import Project
from kitsulite.storage import Row
from kitsulite.storage.files import Upload
from kitsulite.web.call import Call
from kitsulite.web.inputs import Sure
from kitsulite.web.routing import Answer, Either, Handler, Route, post
from kitsulite.work.errors import Refused

PROJECT = "/import/csv/projects/{project_id}"
ESTIMATIONS = "task-types/{task_type_id}/estimations"


class How(msgspec.Struct):
    """How a table is taken in.

    update   whether rows that are there are changed as the table says; else they are left as they are
    atomic   whether all lines come in or none
    dry_run  whether nothing is written, and the answer says what would become of each line
    """

    update: bool = False
    atomic: Sure = False
    dry_run: Sure = msgspec.field(default=False, name="dry-run")


class DryRun(msgspec.Struct):
    """What would come of an import: how many lines would be made, changed, left and refused, and which."""

    dry_run: bool
    made: int
    changed: int
    left: int
    refused: int
    lines: list[dict[str, Any]]


class DryRunOfTable(DryRun):
    """What would become of a table, and the headings in it that mean nothing."""

    columns_passed_over: list[str]


def take_in(call: Call, importer: lines.Importer[Line], file: Upload | None, *, atomic: bool, dry_run: bool) -> Answer:
    """A row for each line of the table in the field `file`; of a dry run what would become of each."""
    if file is None:
        raise Refused("There is no table: send it in the field `file` of a form.")
    report = lines.take_in(call.begin, importer, read_table(file.content), atomic=atomic, dry=dry_run)
    if dry_run:
        return Answer(
            DryRunOfTable(True, **report.counts, lines=report.lines, columns_passed_over=report.passed_over), 200
        )
    return Answer(lines.answer(call.begin, importer, report))


def upload(kind: str) -> Handler:
    """What takes in the tables of a kind."""

    def take(call: Call, file: Upload | None, project: Row, *, update: bool, atomic: bool, dry_run: bool) -> Answer:
        importer = imports.TABLES[kind].make(project, update=update)
        return take_in(call, importer, file, atomic=atomic, dry_run=dry_run)

    take.__doc__ = f"A table: {imports.TABLES[kind].about}."
    return take


def upload_persons(call: Call, file: Upload | None, update: bool, atomic: bool, dry_run: bool) -> Answer:
    """A table: the people of the studio."""
    importer = imports.TABLES["persons"].make(update=update)
    return take_in(call, importer, file, atomic=atomic, dry_run=dry_run)


def upload_casting(call: Call, file: Upload | None, project: Row, atomic: bool, dry_run: bool) -> Answer:
    """A table: what is cast in a production."""
    return take_in(call, imports.TABLES["casting"].make(project), file, atomic=atomic, dry_run=dry_run)


def upload_estimations(
    call: Call,
    file: Upload | None,
    project: Row,
    *,
    task_type_id: str,
    atomic: bool,
    dry_run: bool,
    episode_id: str | None = None,
) -> Answer:
    """A table: estimations and dates of the tasks of a type."""
    importer = estimations.EstimationImporter(project, task_type_id, episode_id)
    return take_in(call, importer, file, atomic=atomic, dry_run=dry_run)


def _table(path: str, who: Rule, handler: Handler, rows: Any) -> Route:
    gives = Either(rows, DryRunOfTable)
    return post(path, who, handler, query=How, files=True, gives=gives, status=201, also=(200,), alone=True)


managing = project(MANAGING)
estimating = row_asked(Project, estimations.may_estimate)

ROUTES = [
    _table("/import/csv/persons", admin, upload_persons, [PERSON]),
    _table(f"{PROJECT}/assets", managing, upload("assets"), [ENTITIES["Entity"]]),
    _table(f"{PROJECT}/shots", managing, upload("shots"), [ENTITIES["Entity"]]),
    _table(f"{PROJECT}/edits", managing, upload("edits"), [ENTITIES["Entity"]]),
    _table(f"{PROJECT}/casting", managing, upload_casting, [None]),
    _table(f"{PROJECT}/{ESTIMATIONS}", estimating, upload_estimations, [None]),
    _table(f"{PROJECT}/episodes/{{episode_id}}/{ESTIMATIONS}", estimating, upload_estimations, [None]),
]
