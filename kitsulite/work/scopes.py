"""What an API key leaves of the rights of the person whose it is (docs/api-keys.md)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """What a caller may do at the most, whatever their role says.

    only_reads  nothing is changed
    areas       the rooms of the API (`kitsulite routes` names them) that answer; None for all
    projects    the ids of the productions that are there; None for all, and for what is of no production
    """

    only_reads: bool = False
    areas: frozenset[str] | None = None
    projects: frozenset[str] | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return self.only_reads or self.areas is not None or self.projects is not None

    def opens(self, area: str) -> bool:
        """Whether a room of the API answers."""
        return self.areas is None or area in self.areas


WHOLE = Scope()
"""All that the role says."""
