"""Connections that are waited for, by address: none may have more than a few that say nothing, or do not take their answers."""

from collections.abc import Callable, Iterator

from kitsulite.proxies import Trust
from kitsulite.serving.line import Line


class Crowd:
    """See the module.

    most   how many connections an address may have that have not yet sent a whole head, and how many that have not taken their
           answers; those of trusted proxies are not counted
    """

    def __init__(self, most: int, trust: Trust) -> None:
        self.most = most
        self.trust = trust
        self._by_address: dict[str, dict[Line, None]] = {}

    def __iter__(self) -> Iterator[Line]:
        for lines in list(self._by_address.values()):
            yield from list(lines)

    def __contains__(self, line: Line) -> bool:
        return line in self._by_address.get(line.address, ())

    def add(self, line: Line) -> None:
        self._by_address.setdefault(line.address, {})[line] = None

    def remove(self, line: Line) -> None:
        lines = self._by_address[line.address]
        del lines[line]
        if not lines:
            del self._by_address[line.address]

    def beyond(self, line: Line, is_like: Callable[[Line], bool]) -> Line | None:
        """The connection that has to go for this new one: the oldest like it of its address, when there are too many."""
        lines = self._by_address.get(line.address, {})
        if len(lines) < self.most or self.trust.has(line.address):
            return None
        alike = [other for other in lines if is_like(other)]
        return min(alike, key=lambda other: other.since) if len(alike) >= self.most else None

    def to_go(self) -> Line | None:
        """The connection that is missed least when there are too many in all: the oldest of whoever has most."""
        crowds = [lines for address, lines in self._by_address.items() if not self.trust.has(address)]
        most = max(crowds or self._by_address.values(), key=len, default=None)
        return min(most, key=lambda line: line.since) if most else None
