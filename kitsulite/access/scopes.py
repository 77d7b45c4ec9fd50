"""What is said to who comes with an API key that does not open what they ask for (docs/api-keys.md)."""

from kitsulite.work.errors import Forbidden
from kitsulite.work.scopes import Scope

EVENTS = "studio"
"""The area that tells of events."""


def refusal(scope: Scope, area: str) -> str:
    """What is said where a key opens nothing."""
    if scope.opens(area):
        return "An API key signs nobody in or out: it is shown with each request."
    return f"This API key is kept to {', '.join(sorted(scope.areas or ()))}; this is of {area}."


def refuse_hearing(scope: Scope) -> None:
    """Forbidden for a key that is not to hear of events: they are of the whole studio."""
    if scope.projects is not None or not scope.opens(EVENTS):
        raise Forbidden("This API key is kept to a part of the studio: it hears no events.")
