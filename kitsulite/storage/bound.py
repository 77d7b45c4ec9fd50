"""Values within hand-written SQL, which are bound when the statement is run.

A shape's SQL is put together from texts, deep inside of which a value may be asked for: whose task it is, in which episode.
`bound` writes a mark there. Just before the statement is run, each mark becomes a placeholder, and its value takes its place
among the statement's own parameters; so no value ever stands in SQL, and engines see one statement whatever the values are.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice, zip_longest
from typing import Any

BOUND = "/*bound:"
_MARK = re.compile(r"/\*bound:([0-9a-f]*)\*/")
_PARTS = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|(\?|%s)""")


def bound(text: str) -> str:
    """SQL that stands for a text."""
    return f"{BOUND}{text.encode().hex()}*/"


def all_bound(texts: Iterable[str]) -> str:
    """SQL for a list of texts, as IN takes one; a list in which nothing is when there are none."""
    return ", ".join(map(bound, texts)) or "NULL"


def bind(sql: str, parameters: Sequence[Any], placeholder: str) -> tuple[str, list[Any]]:
    """A statement with a placeholder for each mark, and all values in their order."""
    pieces = _MARK.split(sql)
    given = iter(parameters)
    values: list[Any] = []
    for text, marked in zip_longest(pieces[::2], pieces[1::2]):
        values += islice(given, sum(1 for part in _PARTS.finditer(text) if part[1] == placeholder))
        if marked is not None:
            values.append(bytes.fromhex(marked).decode())
    return placeholder.join(pieces[::2]), values
