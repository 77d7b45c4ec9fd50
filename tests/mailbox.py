"""What a studio sent by mail, for tests to read."""

import re
from typing import NamedTuple

from studio import Studio


class Letter(NamedTuple):
    to: str
    subject: str
    text: str
    page: str
    language: str

    @property
    def code(self) -> str:
        """The code of six digits in it."""
        found = re.search(r"\b\d{6}\b", self.text)
        assert found, self.text
        return found.group()

    @property
    def link(self) -> str:
        """The link in it."""
        found = re.search(r"\((https?://[^)]+)\)", self.text)
        assert found, self.text
        return found.group(1)


class Mailbox(list[Letter]):
    """Takes the place of the post of a studio, whose jobs are done at each commit unless they are done by the test."""

    def __init__(self, studio: Studio, *, at_once: bool = True) -> None:
        super().__init__()
        studio.tracker.post.send = self._receive  # type: ignore[method-assign]
        if at_once:
            studio.tracker.jobs.wake = studio.tracker.jobs.run_due  # type: ignore[method-assign,assignment]

    def _receive(self, to: str, subject: str, text: str, html: str, language: str = "en") -> None:
        self.append(Letter(to, subject, text, html, language))

    @property
    def last(self) -> Letter:
        assert self, "no mail was sent"
        return self[-1]
