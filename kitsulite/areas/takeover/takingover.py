"""Taking over a Zou: its files, then its rows at once, then the files that came meanwhile. As often as one likes.

However it ends, the studio holds no row or all rows of one moment; the next run goes on from there.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kitsulite.areas.takeover import mending, notes
from kitsulite.areas.takeover.along import Along
from kitsulite.areas.takeover.files import Copying, Track, owners, rows_with_files
from kitsulite.areas.takeover.here import Here
from kitsulite.areas.takeover.layout import PREVIEW, SIZED, TABLES, Place
from kitsulite.areas.takeover.memory import Memory, Taken
from kitsulite.areas.takeover.putting import Taking
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.source import Readable, Theirs
from kitsulite.areas.takeover.stores import ZouFiles
from kitsulite.areas.takeover.tables import Shared, shared, shared_with
from kitsulite.models import feed, previewplaces
from kitsulite.models.fields import MOMENT
from kitsulite.storage import Database

PICTURE = "png"
SOURCE = "source"
"""The fact that tells which Zou this studio is of."""
OVERLAP = datetime.timedelta(minutes=5)
"""How far back is read again: what is written takes its time until it can be read."""
COME_OF_SHOTS = (
    "UPDATE entity_link SET by_shots = nb_occurences = 1 AND EXISTS (SELECT 1 FROM entity AS sequence"
    " JOIN entity AS shot ON shot.parent_id = sequence.id JOIN entity_link AS cast_in ON cast_in.entity_in_id = shot.id"
    " WHERE sequence.parent_id = entity_link.entity_in_id AND cast_in.entity_out_id = entity_link.entity_out_id)"
    " WHERE by_shots IS NULL"
)


class _Known(Mapping[str, Taken]):
    """What is known of the rows of a table, looked up one by one."""

    def __init__(self, memory: Memory, table: str) -> None:
        self._memory, self._table = memory, table

    def __getitem__(self, key: str) -> Taken:
        found = self._memory.row(self._table, key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._memory.rows(self._table))

    def __len__(self) -> int:
        return self._memory.count(self._table)


class TakeOver:
    """A Zou, and the studio that takes it over."""

    def __init__(self, here: Here, source: Readable, files: ZouFiles | None, memory: Memory, track: Track) -> None:
        self.here, self.source, self.files, self.memory, self.track = here, source, files, memory, track
        self.db: Database = here.db

    def run(self) -> Report:
        """Take over all that is new there, changed or gone."""
        report = Report()
        with self.source.moment():
            self._check_place()
            copying = self._copy(report)
        with self.source.moment():
            self._take(report, copying, self._whole)
        with self.source.moment():
            self._copy_rest(copying, owners(self.source))
            self._finish(report, copying)
        return report

    def catch_up(self) -> Report:
        """Take over what was written there lately: to be called often, and cheap for a large studio."""
        report = Report()
        with self.source.moment():
            self._check_place()
            self._take(report, self._copying(report), self._lately)
        return report

    # --- where to ---

    def _check_place(self) -> None:
        """CannotTakeOver, when the studio is not for this Zou."""
        known, identity = self.memory.fact(SOURCE), self.source.identity
        with self.db.reading():
            empty = not any(self.db.tuples(table.select().limit(1)) for table in shared().values())
        if known is None and not empty:
            raise CannotTakeOver(
                "This studio holds rows that are of no Zou: take over into an empty one, --data FOLDER."
            )
        if known not in (None, identity) and not empty:
            raise CannotTakeOver("This studio was taken over from another Zou: give each its own, --data FOLDER.")
        if empty:
            self.memory.begin()
        self.memory.note(SOURCE, identity)
        self.memory.commit()

    @property
    def _is_new(self) -> bool:
        return not any(self.db.tuples(table.select().limit(1)) for table in shared().values())

    # --- files ---

    def _copying(self, report: Report) -> Copying | None:
        return Copying(self.files, self.here.files, self.memory, report) if self.files is not None else None

    def _copy(self, report: Report) -> Copying | None:
        copying = self._copying(report)
        if copying is not None:
            copying.copy_all(owners(self.source), self.track)
        return copying

    def _copy_rest(self, copying: Copying | None, ids: dict[str, str]) -> None:
        if copying is not None:
            unchanged = copying.report.files["unchanged"]
            copying.copy_all(ids, self.track)
            copying.remove_of_none(ids)
            copying.report.files["unchanged"] = unchanged

    def _finish(self, report: Report, copying: Copying | None) -> None:
        """Tell of files that are missing, of what was not read, and of what is to be done by people."""
        if copying is not None:
            copying.find_missing(rows_with_files(self.db))
            notes.tell_files(report)
        elif next(rows_with_files(self.db), None):
            notes.tell_no_files(report)
        notes.tell_unknown(self.source, shared_with(self.source, self.here.seal), report)
        with self.db.reading():
            notes.tell_people(self.db, self.here.settings, report)

    # --- rows ---

    def _take(self, report: Report, copying: Copying | None, way: "Way") -> None:
        """Write what a way of reading finds, in one transaction, which begins when there is something to write."""
        takings = [Taking(table, self.db, self.memory, report) for table in shared_with(self.source, self.here.seal)]
        way = self._everything if self.memory.is_empty else way
        try:
            plans = [way(taking) for taking in self.track(takings, total=len(takings), description="Reading rows")]
            if copying is not None and way == self._lately:
                self._copy_of_plans(plans, copying)
            if any(plan.says_something for plan in plans):
                with self.db.writing():
                    self.db.defer_references()
                    self._write(plans, copying)
                    if any(taking.touched for taking in takings):
                        self._complete(takings, report)
                        self.db.check_references()
        except BaseException:
            self.memory.undo()
            raise
        self.memory.commit()
        self.memory.end()
        if copying is not None:
            for taking in takings:
                if taking.name in TABLES:
                    copying.remove_of_rows(taking.name, taking.removed)

    def _write(self, plans: "list[Plan]", copying: Copying | None) -> None:
        is_new = self._is_new
        along = Along(self.db, self.memory, [plan.taking.shared for plan in plans])
        for plan in plans:  # what goes makes room for what comes
            plan.taking.drop(plan.gone, along)
        for plan in self.track(plans, total=len(plans), description="Writing rows"):
            rows = plan.rows
            if copying is not None and plan.taking.name in SIZED:
                rows = (self._sized(plan.taking.shared, row, copying) for row in rows)
            plan.taking.put(rows, is_new=is_new)

    def _copy_of_plans(self, plans: "list[Plan]", copying: Copying) -> None:
        for plan in plans:
            if plan.taking.name in TABLES:
                copying.copy_of_rows(plan.taking.name, [row.key for row in plan.rows])

    def _complete(self, takings: list[Taking], report: Report) -> None:
        mending.mend(self.db, takings, self.memory)
        mending.tell_dangling(self.db, takings, report)
        self.db.engine.execute_sql(COME_OF_SHOTS)
        feed.complete(self.db)
        previewplaces.complete(self.db)

    def _sized(self, table: Shared, row: Theirs, copying: Copying) -> Theirs:
        """A row that tells of another size than its file has: else the file would be taken for half of it."""
        column, bucket, prefix = SIZED.get(table.name, ("", "", ""))
        stored = copying.sizes.get(Place(bucket, prefix, row.key))
        if stored is None or column not in table.columns:
            return row
        names = list(table.columns)
        place = names.index(column)
        size = row.values[place]
        is_picture = table.name != PREVIEW or row.values[names.index("extension")] == PICTURE
        if size == stored or not is_picture or (not size and table.name == PREVIEW):
            return row
        if self.memory.row(table.name, row.key) is None:
            copying.report.tell("cleaned", table.name, row.key, f"its file has {stored} bytes, not {size}")
        return row._replace(mended=True, values=[*row.values[:place], stored, *row.values[place + 1 :]])

    # --- ways of reading ---

    def _everything(self, taking: Taking) -> "Plan":
        """All rows, of which none is known: they are read as they are written."""
        self._note_moment(taking)
        return Plan(taking, taking.changed(taking.shared.rows(self.source), {}, set()), [])

    def _whole(self, taking: Taking) -> "Plan":
        """Read a whole table, and see what is not there any more."""
        known, seen = self.memory.rows(taking.name), set[str]()
        changed = list(taking.changed(taking.shared.rows(self.source), known, seen))
        self._note_moment(taking)
        return Plan(taking, changed, sorted(known.keys() - seen))

    def _lately(self, taking: Taking) -> "Plan":
        """Read what was written since the last time; the whole table where that cannot be told."""
        name = taking.name
        since = self.memory.fact(f"since {name}")
        if since is None:
            return self._whole(taking)
        known = _Known(self.memory, name)
        before = (datetime.datetime.strptime(since, MOMENT) - OVERLAP).strftime(MOMENT)
        changed = list(taking.changed(taking.shared.rows(self.source, before), known, set()))
        new = {row.key for row in changed if known.get(row.key) is None}
        gone: list[str] = []
        if self.source.count(name) != len(known) + len(new):
            there, here = self.source.keys(name, taking.shared.key), set(known)
            if there - here - new:
                return self._whole(taking)
            gone = sorted(here - there)
        self._note_moment(taking)
        return Plan(taking, changed, gone)

    def _note_moment(self, taking: Taking) -> None:
        if "updated_at" in taking.shared.types and (latest := self.source.latest(taking.name)) is not None:
            self.memory.note(f"since {taking.name}", latest)


class Plan(NamedTuple):
    """What is to be written of a table.

    rows  those that are new or changed there
    gone  the keys of those that are not there any more
    """

    taking: Taking
    rows: Iterable[Theirs]
    gone: list[str]

    @property
    def says_something(self) -> bool:
        return not isinstance(self.rows, list) or bool(self.rows or self.gone)


Way = Callable[[Taking], Plan]
