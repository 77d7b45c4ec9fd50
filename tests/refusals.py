"""Takes each refusal of the server away, one at a time, and expects that a test fails.

    python tests/refusals.py [WORD ...]      only refusals whose name holds one of the words

Refusals are: each `require(…)`, each raised error that tells somebody no, each rule of each route (the rules of collections
among them), each reference that a collection checks, each form, each key that is not writable, what lists narrow to, and what
is hidden of entities. The code is instrumented while it is imported, so that one process can do without any of them. First
the suite runs once and remembers which tests meet which refusal; then each refusal is switched off in a forked process that
runs only the tests that met it. Not part of the suite: it takes minutes. Ends with 1 when a refusal is missed by no test.
"""

import ast
import builtins
import contextlib
import dataclasses
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
SHARDS = int(os.environ.get("SHARDS", "2"))
SECONDS_A_REFUSAL = 25
"""About how long the tests of one refusal may take together; the shortest come first."""

FOLDERS = os.environ.get("FOLDERS") or (
    "access backups cli live imports takeover tui telling entities directories exports figures guests me people pipeline playlists previews productions rows scim studio tasks"
)
"""Where the tests are that may miss a refusal."""
REFUSING = {
    "Forbidden",
    "ShortlyForbidden",
    "NotFound",
    "WrongParameter",
    "Refused",
    "PlainlyRefused",
    "MissingKey",
    "BadValue",
    "BadFilter",
    "Gone",
    "KeyRefused",
    "CannotMove",
    "CannotTakeOver",
    "NoBackup",
    "Passed",
    "BadPlugin",
    "NoDirectory",
    "Trouble",
    "ScimRefused",
    "InvalidFilterException",
    "NotFoundException",
    "NotImplementedException",
}
ROOMS = ("access", "areas", "rows")
NOT_MEANT = {"access/rules.py", "access/callers.py", "access/roles.py"}
"""The machinery of rules: what it refuses is switched off route by route."""


class State:
    """What is switched off, and which test met which refusal."""

    def __init__(self) -> None:
        self.off: str | None = None
        self.quiet = False
        self.met: dict[str, set[str]] = {}
        self.sites: list[str] = []

    def met_by_test(self, name: str) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
        if test:
            self.met.setdefault(name, set()).add(test)

    def require(self, name: str, allowed: Any) -> None:
        """In the place of `require(allowed)`."""
        from kitsulite.work.errors import Forbidden

        if not allowed and not self.quiet and self.refuses(name):
            raise Forbidden

    def refuses(self, name: str) -> bool:
        """Whether a refusal that is due is made."""
        self.met_by_test(name)
        return self.off != name

    def raises(self, name: str) -> bool:
        """In the condition of `raise …`."""
        if self.quiet and "Forbidden" in name:
            return False
        return self.refuses(name)


state = State()


# --- the code is instrumented while it is imported ---


class Instrument(ast.NodeTransformer):
    """Asks the state before each refusal of a module."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.within: list[str] = []
        self.count: dict[str, int] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.within.append(node.name)
        self.generic_visit(node)
        self.within.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.within.append(node.name)
        self.generic_visit(node)
        self.within.pop()
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "require":
            name = self._name(node, "require")
            call.func = ast.Attribute(ast.Name("__refusals__", ast.Load()), "require", ast.Load())
            call.args.insert(0, ast.Constant(name))
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if self.path in NOT_MEANT or not isinstance(raised, ast.Name) or raised.id not in REFUSING:
            return node
        asks = ast.Attribute(ast.Name("__refusals__", ast.Load()), "raises", ast.Load())
        return ast.If(ast.Call(asks, [ast.Constant(self._name(node, raised.id))], []), [node], [])

    def _name(self, node: ast.stmt, what: str) -> str:
        place = f"{self.path} {'.'.join(self.within)}: {what}"
        self.count[place] = self.count.get(place, 0) + 1
        name = f"{place} {self.count[place]} (line {node.lineno})"
        if self.path not in NOT_MEANT:
            state.sites.append(name)
        return name


class Loader(importlib.machinery.SourceFileLoader):
    """Reads a module of a room that refuses, instrumented."""

    def get_code(self, fullname: str) -> Any:
        file = Path(self.path)
        tree = Instrument(str(file.relative_to(ROOT / "kitsulite"))).visit(ast.parse(file.read_text()))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of these rooms before anybody else does."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname.partition(".")[0] != "kitsulite" or fullname.split(".")[1:2] not in [[room] for room in ROOMS]:
            return None
        base = ROOT / Path(*fullname.split("."))
        file = str(base / "__init__.py" if base.is_dir() else base.with_suffix(".py"))
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=Loader(fullname, file),
            submodule_search_locations=[str(base)] if base.is_dir() else None,
        )


# --- what collections declare ---


def watch_collections() -> list[str]:
    """Put the state before what collections refuse by declaration; the names of these refusals."""
    from kitsulite.models import BadValue
    from kitsulite.rows import collection as engine
    from kitsulite.tables import collections
    from kitsulite.work.errors import WrongParameter

    names: list[str] = []

    def refusing(name: str, act: Callable[..., Any], instead: Callable[..., Any]) -> Callable[..., Any]:
        """`act`, and `instead` what follows when it refuses while it is switched off."""

        def watched(*args: Any, **more: Any) -> Any:
            try:
                return act(*args, **more)
            except (WrongParameter, BadValue):
                if state.refuses(name):
                    raise
                return instead(*args, **more)

        return watched

    for things in collections():
        for key, form in things.forms.items():
            names.append(f"rows of {things.path}: form of {key}")
            things.forms = {**things.forms, key: refusing(names[-1], form, lambda work, row, value: value)}
        for key, points in things.points.items():
            if points.only is not None:
                names.append(f"rows of {things.path}: what {key} may point at")
                things.points = {**things.points, key: dataclasses.replace(points, only=_only(names[-1], points.only))}
        if type(things).visible is not engine.Collection.visible:
            names.append(f"rows of {things.path}: what is listed")
            things.visible = _visible(names[-1], things.visible)  # type: ignore[method-assign]
        names.extend(f"rows of {things.path}: references of {key}" for key in _references(things))
        if _keys_kept(things):
            names.append(f"rows of {things.path}: keys that are not writable")
    paths = {things.table: things.path for things in collections()}
    _watch_references(engine, paths)
    _watch_keys(engine, paths)
    names += ["rows: blank names", "hidden from clients", "hidden from vendors"]
    engine.check_name = refusing("rows: blank names", engine.check_name, lambda row, data: None)
    _watch_hidden()
    return names


def _only(name: str, only: Callable[..., bool]) -> Callable[..., bool]:
    return lambda work, row, target: only(work, row, target) or not state.refuses(name)


def _visible(name: str, visible: Callable[..., Any]) -> Callable[..., Any]:
    def watched(work: Any) -> Any:
        found = visible(work)
        return found if found is None or state.refuses(name) else None

    return watched


def _keys_kept(things: Any) -> set[str]:
    """The keys that are shown, and that a body must not say otherwise."""
    columns = things.table.columns()
    shown = {key for key, column in columns.items() if not column.hidden} | things.table.relations.keys()
    return shown - things.writable - things.ignored - {"id", "created_at", "updated_at"}


def _references(things: Any) -> Iterator[str]:
    from test_writable import BY_SERVER, NOT_FOUND

    from kitsulite.models.fields import Pointer

    elsewhere = {
        key for path, key in BY_SERVER | NOT_FOUND if path == things.path
    }  # what is never checked as a reference
    taken = (things.writable | things.at_birth) - set(things.create_by.names) - elsewhere
    yield from (key for key, column in things.table.columns().items() if key in taken and isinstance(column, Pointer))
    yield from (key for key in things.table.relations if key in taken)


def _watch_references(engine: Any, paths: dict[Any, str]) -> None:
    from kitsulite.work.errors import WrongParameter

    check = engine.check_references

    def check_references(work: Any, table: Any, row: Any, data: Any, points: Any) -> None:
        try:
            check(work, table, row, data, points)
        except WrongParameter as problem:
            key = str(problem).partition(" ")[0]
            if state.refuses(f"rows of {paths[table]}: references of {key}"):
                raise
            check_references(work, table, row, {name: value for name, value in data.items() if name != key}, points)

    engine.check_references = check_references


def _watch_keys(engine: Any, paths: dict[Any, str]) -> None:
    from kitsulite.work.errors import WrongParameter

    part, alter = engine.writable_part, engine.Collection.alter
    at_hand: list[Any] = []

    def writable_part(data: Any, writable: Any, told: Any, shown: Any) -> Any:
        try:
            return part(data, writable, told, shown)
        except WrongParameter:
            if state.refuses(f"rows of {paths[at_hand[-1]]}: keys that are not writable"):
                raise
            return {key: value for key, value in data.items() if key in set(told) | writable}

    def altered(self: Any, work: Any, row: Any, data: Any) -> Any:
        at_hand.append(self.table)
        try:
            return alter(self, work, row, data)
        finally:
            at_hand.pop()

    engine.writable_part, engine.Collection.alter = writable_part, altered


def _watch_hidden() -> None:
    from kitsulite.access import hidden

    find = hidden._projects_as

    def projects_as(work: Any, role: str) -> list[str]:
        found = find(work, role)
        return found if not found or state.refuses(f"hidden from {role}s") else []

    hidden._projects_as = projects_as


# --- the rules of routes, by the matrix ---


def routes_that_survive(walk: Any, words: Sequence[str]) -> tuple[int, list[str]]:
    """Each rule of each route is switched off, and the route is walked: how many there are, and those that are not missed."""
    from test_matrix import leaves

    from kitsulite.app import tables

    count, left = 0, []
    for route in (route for table in tables() for route in table.routes):
        for number, rule in enumerate(leaves(route.who)):
            name = f"{route.method} {route.path}: {rule.name}"
            if not (rule.asks or rule.keeps) or _asks_nothing(rule) or not chosen(name, words):
                continue
            count += 1
            walk.problems.clear()
            with switched_off(rule):
                walk.walk(route)
            if not walk.problems:
                left.append(f"{name} ({number})")
    return count, left


def _asks_nothing(rule: Any) -> bool:
    from kitsulite.access.callers import is_anybody
    from kitsulite.access.rules import Is

    return (
        all(isinstance(condition, Is) and condition.holds is is_anybody for condition in rule.asks) and not rule.keeps
    )


@contextlib.contextmanager
def switched_off(rule: Any) -> Iterator[None]:
    """While this lasts, a rule loads what it loads and lets everybody in."""
    from kitsulite.access import rules

    check, allows = rule.check, rules.allows

    cells = dict(zip(check.__code__.co_freevars, check.__closure__ or (), strict=True)) if rule.keeps else {}
    kept = cells["condition"].cell_contents if cells else None
    if cells:
        cells["condition"].cell_contents = lambda *args: True

    def lenient(work: Any, asked: Any) -> Any:
        state.quiet = True
        rules.allows = lambda *args: True
        try:
            return check(work, asked)
        finally:
            state.quiet, rules.allows = False, allows

    object.__setattr__(rule, "check", lenient)
    try:
        yield
    finally:
        object.__setattr__(rule, "check", check)
        if cells:
            cells["condition"].cell_contents = kept


class Rules:
    """A pytest plugin that carries the words in, and the result out."""

    words: Sequence[str] = ()
    result: tuple[int, list[str]] = (0, [])


def test_rules_of_routes(walk: Any) -> None:
    Rules.result = routes_that_survive(walk, Rules.words)


# --- running tests ---


def chosen(name: str, words: Sequence[str]) -> bool:
    return not words or any(word in name for word in words)


class Clock:
    """Remembers how long each test took, and which failed with every refusal in its place: those can tell nothing."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
        self.took[report.nodeid] = self.took.get(report.nodeid, 0) + report.duration


def run_tests(ids: Sequence[str], *plugins: Any, stop: bool = True) -> int:
    """The exit code of pytest; what it says goes nowhere."""
    options = ["-n", "0", "-q", "-p", "no:cacheprovider", *(["-x"] if stop else [])]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main([*options, *ids], plugins=list(plugins)))


def in_fork(act: Callable[[], Any]) -> Callable[[], Any]:
    """Start `act` in a fork of this process, with a scratch folder of its own; what is returned waits for its answer."""
    path = tempfile.mktemp()
    pid = os.fork()
    if pid == 0:
        try:
            Path(path).write_bytes(pickle.dumps(act()))
        finally:
            os._exit(0)

    def wait() -> Any:
        os.waitpid(pid, 0)
        try:
            return pickle.loads(Path(path).read_bytes())
        finally:
            Path(path).unlink(missing_ok=True)

    return wait


def record(folders: Sequence[str]) -> tuple[dict[str, set[str]], dict[str, float]]:
    """Which tests meet which refusal, and how long tests take."""
    clock = Clock()
    run_tests([str(TESTS / folder) for folder in folders], clock, stop=False)
    if clock.failed:
        tell("fails as it is: " + ", ".join(sorted(clock.failed)))
    return {name: tests - clock.failed for name, tests in state.met.items()}, clock.took


def is_missed(name: str, tests: Sequence[str]) -> bool:
    """Whether a test fails without a refusal."""

    def act() -> bool:
        state.off = name
        return run_tests(tests) == pytest.ExitCode.TESTS_FAILED

    return bool(in_fork(act)())


def tests_for(name: str, met: dict[str, set[str]], took: dict[str, float]) -> list[str]:
    """The tests that met a refusal, the shortest first, as far as time allows."""
    tests, seconds = [], 0.0
    for test in sorted(met.get(name, ()), key=lambda test: took.get(test, 0)):
        seconds += took.get(test, 0) + 0.2
        if tests and seconds > SECONDS_A_REFUSAL:
            break
        tests.append(test)
    return tests


def main(words: Sequence[str]) -> int:
    os.chdir(ROOT)
    os.environ.setdefault("KITSULITE_TEST_ENGINES", "sqlite")
    sys.path[:0] = [str(ROOT), str(TESTS), str(TESTS / "access")]
    builtins.__refusals__ = state  # type: ignore[attr-defined]
    sys.meta_path.insert(0, Finder())
    import kitsulite.app

    kitsulite.app.tables()
    started = time.monotonic()
    names = watch_collections()
    names = [name for name in (*dict.fromkeys(state.sites), *names) if chosen(name, words)]

    def rules() -> tuple[int, list[str]]:
        Rules.words = words
        import test_matrix

        globals().update(walk=test_matrix.walk, settings=test_matrix.settings)
        code = run_tests(["tests/refusals.py::test_rules_of_routes"])  # what it reads is not what routes declare
        return Rules.result if Rules.result[0] or words else (-1, [f"the walk failed: {code}"])

    rules_of_routes = in_fork(rules)
    met, took = remembered()
    count, left = rules_of_routes()
    say(f"{count} rules of routes, {len(left)} of them not missed", started)
    survived = [f"survived  {name}" for name in left]
    with get_context("fork").Pool(SHARDS) as pool:
        todo = [(name, tests_for(name, met, took)) for name in names]
        for name, missed in zip(names, pool.imap(judge, todo), strict=True):
            tell(f"{'killed  ' if missed else 'survived'}  {name}")
            survived += [] if missed else [f"survived  {name}"]
    total = count + len(names)
    say(f"{total} refusals, {total - len(survived)} killed, {len(survived)} survived", started)
    tell("\n".join(survived))
    return 1 if survived else 0


def judge(one: tuple[str, list[str]]) -> bool:
    name, tests = one
    return bool(tests) and is_missed(name, tests)


def remembered() -> tuple[dict[str, set[str]], dict[str, float]]:
    """The suite run once, or what the file named by REFUSALS_MET remembers of an earlier run."""
    kept = os.environ.get("REFUSALS_MET")
    if kept and Path(kept).exists():
        told = json.loads(Path(kept).read_text())
        return {name: set(tests) for name, tests in told["met"].items()}, told["took"]
    folders = [folder for folder in FOLDERS.split() if (TESTS / folder).is_dir()]
    running = [in_fork(lambda part=folders[shard::SHARDS]: record(part)) for shard in range(SHARDS)]  # type: ignore[misc]
    met: dict[str, set[str]] = {}
    took: dict[str, float] = {}
    for wait in running:
        found, times = wait()
        took |= times
        for name, tests in found.items():
            met.setdefault(name, set()).update(tests)
    if kept:
        Path(kept).write_text(json.dumps({"met": {name: sorted(tests) for name, tests in met.items()}, "took": took}))
    return met, took


def say(text: str, started: float) -> None:
    tell(f"{time.monotonic() - started:6.0f} s  {text}")


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.modules["refusals"] = sys.modules["__main__"]
    sys.exit(main(sys.argv[1:]))
