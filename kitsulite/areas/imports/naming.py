"""How clips of a cut are called, and which shot that makes them: `${project_name}_${sequence_name}-${shot_name}`.

A placeholder may be written `$shot_name` too; the rest is meant as it stands.
"""

import re
from collections.abc import Mapping
from functools import partial

from kitsulite.work.errors import Refused
from kitsulite.work.texts import brief

PROJECT, EPISODE, SEQUENCE, SHOT = "project_name", "episode_name", "sequence_name", "shot_name"
PLACEHOLDER = re.compile(
    rf"\$(?:\{{({PROJECT}|{EPISODE}|{SEQUENCE}|{SHOT})\}}|({PROJECT}|{EPISODE}|{SEQUENCE}|{SHOT})(?!\w))"
)
LONGEST_NAME = 255
"""Letters of a clip's name, so that none takes long to compare."""
OF_PROJECT = "${project_name}_${sequence_name}-${shot_name}"
OF_EPISODE = "${project_name}_${episode_name}-${sequence_name}-${shot_name}"


class Convention:
    """A naming convention.

    names  of the production, and of the episode that a cut is of
    loose  whether letters may be large or small
    """

    def __init__(self, text: str, names: Mapping[str, str], *, loose: bool = False) -> None:
        self.text, self.names, self.loose = text, names, loose
        self.pattern = re.compile(self._pattern(), re.IGNORECASE if loose else 0)

    def _pattern(self) -> str:
        """Each placeholder is a word, the same one wherever it stands again; or, where that leads nowhere, the name that is known,
        which may have blanks."""
        pattern, end, known = "", 0, set()
        for found in PLACEHOLDER.finditer(self.text):
            name = found[1] or found[2]
            pattern += re.escape(self.text[end : found.start()])
            words = rf"\w*|{re.escape(self.names[name])}" if name in self.names else r"\w*"
            pattern += f"(?P={name})" if name in known else f"(?P<{name}>{words})"
            known.add(name)
            end = found.end()
        return pattern + re.escape(self.text[end:])

    def filled(self, sequence: str, shot: str) -> str:
        """What a shot's clip is called, as `key` makes clips comparable."""
        names = {**self.names, SEQUENCE: sequence, SHOT: shot}
        return self.key(PLACEHOLDER.sub(partial(_name, names), self.text))

    def key(self, clip: str) -> str:
        return clip.lower() if self.loose else clip

    def read(self, clip: str) -> tuple[str, str]:
        """The names of the sequence and of the shot that a clip's name begins with; Refused when it says none."""
        found = self.pattern.match(clip) if len(clip) <= LONGEST_NAME else None
        if found is None:
            raise Refused(
                "No matched value while extracting shot informations: "
                f"{brief(clip)!r} is not called like {brief(self.text)}."
            )
        named = found.groupdict()
        for name, noun in ((SEQUENCE, "sequence"), (SHOT, "shot")):
            if not named.get(name):
                raise Refused(f"No {noun} name found in {brief(clip)!r}, by {brief(self.text)}.")
        return named[SEQUENCE], named[SHOT]


def _name(names: Mapping[str, str], found: re.Match[str]) -> str:
    return names.get(found[1] or found[2], "")
