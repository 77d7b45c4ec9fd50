"""Which backups are kept, and what can go: `7d,4w,12m` keeps the newest of each of the last 7 days, 4 weeks and 12 months.

Only days, weeks and months count in which there is a backup, so that a server that was off for a year loses none. The newest
is always kept, and so is the newest that was proven.
"""

import datetime
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kitsulite.areas.backups import snapshots
from kitsulite.areas.backups.snapshots import moment_of
from kitsulite.areas.backups.target import PROOF, ROWS, SNAPSHOT, NoBackup, Target

PART = re.compile(r"([1-9][0-9]{0,4})([dwmy])")
SPANS: dict[str, Callable[[datetime.datetime], tuple[int, ...]]] = {
    "d": lambda at: (at.year, at.month, at.day),
    "w": lambda at: at.isocalendar()[:2],
    "m": lambda at: (at.year, at.month),
    "y": lambda at: (at.year,),
}
Rule = dict[str, int]


class BadRule(ValueError):
    """A rule that says nothing."""


class Pruned(NamedTuple):
    """Backups and files that went, and the bytes that all of it took."""

    backups: int
    files: int
    bytes: int


def read_rule(text: str) -> Rule:
    """BadRule."""
    found = [PART.fullmatch(part.strip()) for part in text.split(",")]
    if not all(found):
        raise BadRule(
            f"{text!r} does not say what to keep: say something like 7d,4w,12m (days, weeks, months; y: years)."
        )
    return {part[2]: int(part[1]) for part in found if part}


def kept(names: Iterable[str], rule: Rule, proven: Iterable[str] = ()) -> set[str]:
    """The backups that a rule keeps, of all that there are."""
    newest_first = sorted(names, key=lambda name: (moment_of(name), name), reverse=True)
    known = set(proven)
    found = {*newest_first[:1], *[name for name in newest_first if name in known][:1]}
    for span, count in rule.items():
        newest: dict[tuple[int, ...], str] = {}
        for name in newest_first:
            newest.setdefault(SPANS[span](moment_of(name)), name)
        found.update(list(newest.values())[:count])
    return found


def prune(target: Target, rule: Rule | None) -> Pruned | None:
    """Remove the backups that the rule does not keep, and the files that no backup needs any more. None when somebody makes
    or reads a backup just now: then all stays until the next time.

    rule  None to keep all backups
    """
    with target.alone() as may:
        if not may:
            return None
        names = target.names(SNAPSHOT)
        proven = [name for name in names if (proof := _proof_of(target, name)) and not proof.problems]
        stays = kept(names, rule, proven) if rule else set(names)
        freed = 0
        for kind in (SNAPSHOT, ROWS, PROOF):
            for name, stat in target.all_of(kind).items():
                if name not in stays:
                    target.files.delete(f"{kind}-{name}")
                    freed += stat.size
        for mark in target.gone():
            target.files.delete(mark)
        count, size = _remove_unneeded(target, stays)
        return Pruned(len(names) - len(stays), count, freed + size)


def _proof_of(target: Target, name: str) -> snapshots.Proof | None:
    try:
        return snapshots.proof_of(target, name)
    except NoBackup:
        return None


def _remove_unneeded(target: Target, names: Iterable[str]) -> tuple[int, int]:
    """Nothing is removed while one backup cannot say what it needs."""
    needed: set[str] = set()
    for name in names:
        try:
            snapshot = snapshots.read(target, name)
        except NoBackup:
            return 0, 0
        needed.update(target.object_name(file.digest) for file in snapshot.contents)
    count = size = 0
    for key, stat in target.objects().items():
        if key not in needed:
            target.files.delete(key)
            count, size = count + 1, size + stat.size
    return count, size
