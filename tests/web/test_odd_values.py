"""Values at the edge of what databases, file systems and numbers can hold: each is taken or refused in words, on both engines."""

import dataclasses
import logging
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from full_studio import FullStudio
from studio import NOBODY, Studio
from walking import Walker

from kitsulite import Settings
from kitsulite.app import tables
from kitsulite.areas.studio import status
from kitsulite.models.shapes import Shape
from kitsulite.web.routing import Route

ROUTE_TABLES = {table.name: table for table in tables()}
DEEP: list[Any] = []
for _ in range(90):
    DEEP = [DEEP]
TEXTS = (
    "x" * 50_000,
    "🎬" * 260,
    "../../../etc/passwd",
    "a/b\\c\n\r",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59:59",
)
NUMBERS = (-1, 0, 2**31, 2**63, 2**64, 10**400, 1e308, -1e308)
OTHERS = (DEEP, [NOBODY] * 3, {"x" * 300: DEEP})


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, debug=True, mail_enabled=False)


@pytest.fixture
def walker(studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Walker:
    caplog.set_level(logging.CRITICAL, logger="kitsulite")  # the answers say it all
    monkeypatch.setattr(status.time, "sleep", lambda seconds: None)
    return Walker(FullStudio(studio))


def bodies(full: FullStudio, route: Route) -> Iterator[Any]:
    """A body as it should be, with one odd value in it, in each of its places."""
    shape = route.raw[0] if isinstance(route.raw, list) and route.raw else route.raw
    if route.takes is not None:
        usual = {
            field.encode_name: usual_value(full, field.encode_name, field.type)
            for field in msgspec.structs.fields(route.takes)
        }
    elif isinstance(shape, Shape):
        usual = {**full.further(shape.table)}
        usual = {key: value for key, value in usual.items() if key in shape.columns} if route.method == "POST" else {}
        usual |= {key: usual.get(key) for key in (*shape.columns, *shape.table.relations)} if False else {}
        for key in (*shape.columns, *shape.table.relations):
            for value in odd_values():
                yield {**usual, key: value} if not isinstance(route.raw, list) else [{**usual, key: value}]
        return
    else:
        yield [NOBODY] * 40_000
        yield {"ids": [NOBODY] * 40_000}
        yield {full.ids["asset"]: DEEP}
        return
    for key in usual:
        for value in odd_values():
            yield {**usual, key: value}


def odd_values() -> Iterator[Any]:
    yield from TEXTS
    yield from NUMBERS
    yield from OTHERS
    yield [NOBODY] * 40_000


def usual_value(full: FullStudio, name: str, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is Annotated:
        return usual_value(full, name, get_args(kind)[0])
    if origin in (Union, types.UnionType):
        choices = [one for one in get_args(kind) if one is not type(None) and get_origin(one) is not Literal]
        return usual_value(full, name, choices[0]) if choices else None
    if origin is Literal:
        return get_args(kind)[0]
    if origin is list or kind is list:
        return [usual_value(full, name.removesuffix("s"), get_args(kind)[0])] if origin else []
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {
            field.encode_name: usual_value(full, field.encode_name, field.type)
            for field in msgspec.structs.fields(kind)
        }
    if kind is str:
        noun = name.removesuffix("_id")
        if "date" in name:
            return "2024-03-04"
        return full.ids.get(noun) or (NOBODY if name.endswith("_id") else "x")
    return {int: 1, float: 1.0, bool: True, dict: {}}.get(origin or kind, "x")


@pytest.mark.parametrize("area", ROUTE_TABLES)
def test_whatever_is_written_is_answered(walker: Walker, area: str) -> None:
    for route in ROUTE_TABLES[area].routes:
        if route.method in ("POST", "PUT", "DELETE") and not route.files:
            path = walker.path(route, walker.full.ids)
            for body in bodies(walker.full, route):
                walker.call(route, path, "admin", body=body)
    walker.check()


@pytest.mark.parametrize("area", ROUTE_TABLES)
def test_whatever_is_asked_is_answered(walker: Walker, area: str) -> None:
    from urllib.parse import quote

    odd = [
        quote(t)
        for t in (
            *TEXTS,
            "%00",
            "\x00",
            "9" * 400,
            "1e400",
            str(2**63),
            "-1",
            "[" * 5000,
            "[" + ",".join(['"x"'] * 40000) + "]",
            "inf",
            "nan",
        )
    ]
    for route in ROUTE_TABLES[area].routes:
        if route.method != "GET":
            continue
        names = [f.encode_name for f in msgspec.structs.fields(route.query)] if route.query else []
        if route.filters:
            names += [*route.filters.columns(), *route.filters.relations]
        path = walker.path(route, walker.full.ids)
        fixed = f"project_id={walker.full.ids['project']}&"
        for name in dict.fromkeys(names):
            for value in odd:
                walker.call(route, path, "admin", query=(fixed if name != "project_id" else "") + f"{name}={value}")
        for text in (
            "x" * 5000,
            "%00",
            "9" * 400,
            "9999",
            "0000",
            "9999-12-31",
            "9999-12",
            "9999-99-99",
            "2024-13",
            "%F0%9F%8E%AC" * 300,
        ):
            walker.call(route, walker.path(route, dict.fromkeys([], text) or text), "admin")
            import walking

            old = dict(walking.PLACES)
            try:
                for k in walking.PLACES:
                    walking.PLACES[k] = text
                    walker.call(route, walker.path(route, walker.full.ids), "admin", query=fixed)
                    walking.PLACES.update(old)
            finally:
                walking.PLACES.update(old)
    walker.check()
