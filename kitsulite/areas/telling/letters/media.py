"""How facts are written in the media that carry them: a heading, plain text, a page, the chats."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Strong(str):
    """A fact that stands out, such as a name."""


class Quoted(str):
    """What somebody wrote."""


class Link(NamedTuple):
    """Something that has an address."""

    text: str
    url: str


Fact = str | Link
Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Medium:
    """How a medium writes text, and what it writes around it."""

    text: Callable[[str], str]
    strong: str
    quoted: str
    link: str
    longest_quote: int | None = None

    def write(self, facts: Facts) -> dict[str, str]:
        """The facts, to be put into a text of this medium."""
        return {name: self._write(fact) for name, fact in facts.items()}

    def _write(self, fact: Fact) -> str:
        if isinstance(fact, Link):
            return self.link.format(text=self.text(fact.text), url=self.text(fact.url))
        if isinstance(fact, Strong):
            return self.strong.format(self.text(fact))
        if isinstance(fact, Quoted):
            return self.quoted.format(self.text(self._shortened(fact)))
        return self.text(fact)

    def _shortened(self, quote: str) -> str:
        if self.longest_quote is None or len(quote) <= self.longest_quote:
            return quote
        return quote[: self.longest_quote] + "…"


HEADING = Medium(str, strong="{}", quoted="{}", link="{text}")
PLAIN = Medium(str, strong="{}", quoted="{}", link="{text} ({url})")
PAGE = Medium(html.escape, strong="<b>{}</b>", quoted="<i>{}</i>", link='<a href="{url}">{text}</a>')
SLACK = Medium(
    lambda text: html.escape(text, quote=False),  # Slack knows three entities: &amp; &lt; &gt;
    strong="*{}*",
    quoted="_{}_",
    link="<{url}|{text}>",
    longest_quote=2000,  # a block holds 3000 characters
)
DISCORD = Medium(
    lambda text: re.sub(r"([\[\]])", r"\\\1", text),
    strong="**{}**",
    quoted="_{}_",
    link="[{text}]({url})",
    longest_quote=3000,
)
