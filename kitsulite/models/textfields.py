"""The columns that hold texts: of a length, of any, or one of a few."""

import re
from typing import Any

from kitsulite.models.fields import BadFilter, BadValue, Column, Texts

RUNS = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)
"""What an address begins with that a browser would run instead of following it."""
IGNORED = re.compile(r"[\x00-\x20]+")
"""What browsers skip within the scheme of an address."""
LONGEST_TEXT = 1_000_000
"""Characters of a text that has no other limit."""


class String(Column):
    """Text of at most `length` characters, or one of a few; numbers and booleans are taken as their spelling."""

    field_type = "VARCHAR"

    def __init__(self, length: int, *, among: tuple[str, ...] = (), **options: Any) -> None:
        self.length, self.among = length, among
        super().__init__(**options)

    @property
    def schema(self) -> dict[str, Any]:
        return {**super().schema, "maxLength": self.length}

    def get_modifiers(self) -> list[int]:
        return [self.length]

    def check(self, value: Any) -> None:
        _check_text(self, value, self.get_modifiers()[0])

    def read_stored(self, value: Any) -> str | None:
        text = as_text(value)
        _check_text(self, text, self.length)
        return text

    def read(self, value: Any) -> str | None:
        text = self.read_stored(value)
        if self.among and text is not None and text not in self.among:
            raise BadValue(f"{self.name} is not one of {', '.join(self.among)}")
        return text

    def read_filter(self, text: str) -> str:
        if "\x00" in text:
            raise BadFilter(f"Invalid value for {self.name}: {text}")
        return text


class Url(String):
    """An address that people may follow: none that a browser would run."""

    def read(self, value: Any) -> str | None:
        text = super().read(value)
        _check_leads(self, text)
        return text


class Urls(Texts):
    """A list of such addresses."""

    def read_stored(self, value: Any) -> list[Any] | None:
        return super().read(value)

    def read(self, value: Any) -> list[Any] | None:
        texts = super().read(value)
        for text in texts or ():
            _check_leads(self, text)
        return texts


def _check_leads(column: Column, address: str | None) -> None:
    if address is not None and RUNS.match(IGNORED.sub("", address)):
        raise BadValue(f"{column.name} holds an address that leads nowhere")


class Sealed(String):
    """A short secret, which the database holds sealed with the studio's key (`storage/seal.py`); that takes more room."""

    def get_modifiers(self) -> list[int]:
        return [255]


class Email(String):
    """An address, stored and compared in lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(255, **options)

    def read_stored(self, value: Any) -> str | None:
        text = super().read_stored(value)
        return text.lower() if text is not None else None

    def read_filter(self, text: str) -> str:
        return super().read_filter(text).strip().lower()


class Text(Column):
    """Text as long as people write."""

    field_type = "TEXT"

    @property
    def schema(self) -> dict[str, Any]:
        return {**super().schema, "maxLength": LONGEST_TEXT}

    def check(self, value: Any) -> None:
        _check_text(self, value, LONGEST_TEXT)

    def read(self, value: Any) -> str | None:
        text = as_text(value)
        self.check(text)
        return text


def _check_text(column: Column, value: Any, length: int) -> None:
    if isinstance(value, str):
        if len(value) > length:
            raise BadValue(f"{column.name} is longer than {length} characters")
        if "\x00" in value:
            raise BadValue(f"{column.name} holds a NUL character")


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        if value is not None and "\x00" in value:
            raise BadValue("text holds a NUL character")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise BadValue("not a text")


class Choice(Column):
    """One of a few codes."""

    field_type = "VARCHAR"

    def __init__(self, *codes: str, **options: Any) -> None:
        self.codes = codes
        super().__init__(**options)

    @property
    def schema(self) -> dict[str, Any]:
        return {**super().schema, "enum": [*self.codes, None] if self.null else list(self.codes)}

    def get_modifiers(self) -> list[int]:
        return [255]

    def read(self, value: Any) -> str | None:
        if value is not None and value not in self.codes:
            raise BadValue(f"{self.name} is not one of {', '.join(self.codes)}")
        return value

    def read_filter(self, text: str) -> str:
        return text if text in self.codes else ""  # which no row has
