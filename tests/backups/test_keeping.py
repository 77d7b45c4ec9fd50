"""Which backups are kept, and that what is removed is needed by none: neither one that is there, nor one on its way."""

import datetime
import threading
from pathlib import Path

import pytest
from studio import Studio
from test_backups import a_preview, back_up, objects, put_back, the_target

from kitsulite.areas.backups import keeping, making, proving, snapshots
from kitsulite.areas.backups import target as targets
from kitsulite.areas.backups.snapshots import Proof
from kitsulite.areas.backups.taking import Taking
from kitsulite.areas.backups.target import PRUNING, RUNNING, SNAPSHOT

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def nights(count: int, last: datetime.date = datetime.date(2026, 11, 30)) -> list[str]:
    return [f"{last - datetime.timedelta(days=day):%Y%m%d}t030000z-aaaaaa" for day in range(count)]


def days(names: set[str]) -> list[str]:
    return sorted(name[:8] for name in names)


class TestRule:
    """What is kept of what is there."""

    def test_a_day_a_week_a_month(self, engine: str) -> None:
        kept = keeping.kept(nights(400), keeping.read_rule("3d,3w,3m"))
        assert days(kept) == ["20260930", "20261031", "20261122", "20261128", "20261129", "20261130"]

    def test_the_newest_of_a_day_counts(self, engine: str) -> None:
        names = ["20261130t030000z-aaaaaa", "20261130t120000z-bbbbbb", "20261129t235900z-cccccc"]
        assert keeping.kept(names, {"d": 2}) == {names[1], names[2]}

    def test_days_without_a_backup_do_not_count(self, engine: str) -> None:
        names = ["20200101t030000z-aaaaaa", "20210101t030000z-aaaaaa", "20261130t030000z-aaaaaa"]
        assert keeping.kept(names, {"d": 2}) == set(names[1:])

    def test_the_newest_and_the_newest_proven_stay(self, engine: str) -> None:
        names = nights(30)
        assert keeping.kept(names, {"y": 1}, proven=[names[20], names[25]]) == {names[0], names[20]}

    @pytest.mark.parametrize("wrong", ["", "7", "d7", "0d", "7d;4w", "7x", "7d,", "-1d"])
    def test_what_is_no_rule(self, engine: str, wrong: str) -> None:
        with pytest.raises(keeping.BadRule):
            keeping.read_rule(wrong)


def aged(place: Path, name: str, to: str) -> str:
    """Have a backup be of another time."""
    target = the_target(place)
    new = f"{to}t030000z-aaaaaa"
    for kind in ("rows", "proofs"):
        if target.files.exists(f"{kind}-{name}"):
            target.files.move(f"{kind}-{name}", f"{kind}-{new}")
    found = snapshots.read(target, name)
    target.files.delete(f"{SNAPSHOT}-{name}")
    found.name = new
    snapshots.write(target, found)
    return new


def test_what_only_old_backups_need_goes_with_them(studio: Studio, place: Path) -> None:
    gone, stays = a_preview(studio, b"1" * 1000), a_preview(studio, b"2" * 1000)
    old = aged(place, back_up(studio, place).snapshot.name, "20200101")
    studio.tracker.files.delete(f"originals-{gone}")
    assert stays
    freed = sum(path.stat().st_size for path in place.rglob(f"*-{old}"))
    made = back_up(studio, place, keep="1d")
    assert made.pruned == (1, 1, 1000 + freed)
    assert freed
    assert len(objects(place)) == 1
    assert the_target(place).names("rows") == the_target(place).names("proofs") == [made.snapshot.name]
    assert proving.prove(the_target(place), made.snapshot.name, place.parent).problems == []


def test_nothing_goes_without_a_rule(studio: Studio, place: Path) -> None:
    aged(place, back_up(studio, place).snapshot.name, "20200101")
    assert back_up(studio, place).pruned is None
    assert len(the_target(place).names(SNAPSHOT)) == 2


def test_nothing_is_removed_while_a_backup_cannot_say_what_it_needs(studio: Studio, place: Path) -> None:
    a_preview(studio)
    made = back_up(studio, place)
    next(place.rglob(f"{SNAPSHOT}-{made.snapshot.name}")).write_bytes(b"?")
    keeping.prune(the_target(place), None)
    assert len(objects(place)) == 1


def test_one_that_is_being_made_keeps_what_it_counts_on(
    studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old backup is the only one with a file that the new one needs; somebody removes old ones meanwhile."""
    a_preview(studio)
    aged(place, back_up(studio, place).snapshot.name, "20200101")
    target = the_target(place)
    target.files.delete(f"{SNAPSHOT}-20200101t030000z-aaaaaa")
    real = Taking._write_rows
    told: list[object] = []

    def meanwhile(self: Taking, path: Path) -> object:
        told.append(keeping.prune(the_target(place), {"d": 1}))
        return real(self, path)

    monkeypatch.setattr(Taking, "_write_rows", meanwhile)
    made = back_up(studio, place)
    assert told == [None]
    assert made.proof
    assert made.proof.problems == []


def test_a_backup_waits_for_who_removes(studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "PAUSE", 0.01)
    target, other = the_target(place), the_target(place)
    with target.alone() as may:
        assert may
        came = threading.Event()

        def work() -> None:
            with other.at_work():
                came.set()

        thread = threading.Thread(target=work)
        thread.start()
        assert not came.wait(0.2)
        with target.alone() as again:
            assert not again  # it sees who waits, and gives up
    assert came.wait(5)
    thread.join()


def test_who_was_killed_keeps_nobody_waiting(studio: Studio, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(studio, place)
    target = the_target(place)
    for kind in (RUNNING, PRUNING):
        target.files.put(f"{kind}-aaaaaaaa", _holder("here 999999999 x"))
    monkeypatch.setattr("kitsulite.live.holders.machine", lambda: "here")
    with target.at_work():
        pass
    with target.alone() as may:
        assert may
    for kind in (RUNNING, PRUNING):
        target.files.put(f"{kind}-bbbbbbbb", _holder("elsewhere 1 x"))
    with target.alone() as may:
        assert not may
    monkeypatch.setattr(targets, "GIVEN_UP", -1.0)
    with target.alone() as may:
        assert may
    back_up(studio, place, keep="1d")
    assert not [*target.files.list(f"{RUNNING}-"), *target.files.list(f"{PRUNING}-")]


def _holder(text: str) -> object:
    import io

    return io.BytesIO(text.encode())


def test_two_at_once_do_not_hurt_each_other(studio: Studio, place: Path, tmp_path: Path) -> None:
    for number in range(20):
        a_preview(studio, bytes([number]) * 50_000)
    problems: list[BaseException] = []

    def make() -> None:
        try:
            making.back_up(studio.tracker.work, the_target(place), keep="1d")
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    target = the_target(place)
    for name in target.names(SNAPSHOT):
        assert proving.prove(target, name, place.parent).problems == []


def test_what_was_found_damaged_is_no_reason_to_keep(studio: Studio, place: Path) -> None:
    name = aged(place, back_up(studio, place).snapshot.name, "20200101")
    target = the_target(place)
    snapshots.prove(target, name, Proof("2020-01-01T03:00:00+00:00", ["damaged"], []))
    back_up(studio, place, keep="1d", prove=False)
    assert name not in target.names(SNAPSHOT)


def test_a_pruned_place_can_be_put_back(studio: Studio, place: Path, tmp_path: Path) -> None:
    from kitsulite import Settings

    a_preview(studio)
    aged(place, back_up(studio, place).snapshot.name, "20200101")
    back_up(studio, place, keep="1d")
    put_back(place, Settings(data=str(tmp_path / "again"), secret_key="for-tests"))
