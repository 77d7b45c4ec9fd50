"""The places that a studio moved away from: a note in its folder, so that nobody goes on in one of them by mistake.

The folder itself stays the studio's. Who is told the new place starts from it as before.
"""

from pathlib import Path

import msgspec

from kitsulite.settings import without_password
from kitsulite.storage.wholefile import whole_file

NOTE = "moved"


class MovedAway(RuntimeError):
    """What is in this place was the studio's, and is not any more."""


def note(folder: Path, left: str, place: str, url: str) -> None:
    """From now on the studio is in this place, which a URL leads to, and not in the one that it left."""
    places = _places(folder)
    places[_named(left, folder)] = without_password(url)
    places.pop(_named(place, folder), None)
    with whole_file(folder / NOTE) as file:
        file.write(msgspec.json.encode(places))


def refuse(folder: Path, variable: str, what: str, place: str) -> None:
    """MovedAway, for a place that the studio has left.

    variable  the setting that names such a place
    what      what is there
    """
    if new := _places(folder).get(_named(place, folder)):
        raise MovedAway(
            f"The {what} of this studio moved from {place}: start it with {variable}={new}. To go on with what is still here, "
            f"and lose what was done there, remove {folder / NOTE}."
        )


def _places(folder: Path) -> dict[str, str]:
    """Where what was in a place is now."""
    path = folder / NOTE
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


def _named(place: str, folder: Path) -> str:
    """A place, by its path in the studio's folder where it lies in there: that may be mounted elsewhere tomorrow."""
    if "://" in place:
        return place
    path, home = Path(place).resolve(), folder.resolve()
    return str(path.relative_to(home) if path.is_relative_to(home) else path)
