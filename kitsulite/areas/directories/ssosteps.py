"""The steps of a set-up of single sign-on, walked one after the other by `kitsulite doctor sso` (docs/sso.md)."""

from typing import NamedTuple


class Step(NamedTuple):
    """One step of a set-up.

    does     what was tried, in a few words: "the provider describes itself"
    problem  what went wrong and what to do about it; empty when it went well
    """

    does: str
    problem: str = ""
