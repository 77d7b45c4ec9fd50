"""What goes in and out of routes, in the words of OpenAPI 3.0: forms of bodies, shapes of rows."""

import dataclasses
import datetime
import inspect
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from kitsulite.models.shapes import Schema, Shape
from kitsulite.web.routing import Either, Mapped, Media, Merged

SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    dict: {"type": "object"},
    list: {"type": "array", "items": {}},
}


def schema_of(given: Any) -> Schema:
    """The schema of what a route gives (a shape, a struct, a type, a list or a dict of these) or takes (a struct)."""
    if isinstance(given, Shape):
        return given.schema()
    if isinstance(given, list):
        return {"type": "array", "items": schema_of(given[0])}
    if isinstance(given, dict):
        return {"type": "object", "properties": {key: schema_of(value) for key, value in given.items()}}
    if isinstance(given, Mapped):
        fixed = {key: schema_of(value) for key, value in given.fixed.items()}
        return {
            "type": "object",
            **({"properties": fixed} if fixed else {}),
            "additionalProperties": schema_of(given.of),
        }
    if isinstance(given, Merged):
        parts = [schema_of(part)["properties"] for part in given.parts]
        return {"type": "object", "properties": {key: schema for part in parts for key, schema in part.items()}}
    if isinstance(given, Either):
        choices = [
            schema_of(choice) for choice in given.choices if choice is not None and not isinstance(choice, Media)
        ]
        schema = choices[0] if len(choices) == 1 else {"anyOf": choices}
        return {**schema, "nullable": True} if None in given.choices else schema
    if inspect.isclass(given) and dataclasses.is_dataclass(given):
        return _schema_of_dataclass(given)
    if inspect.isclass(given) and issubclass(given, msgspec.Struct):
        return _schema_of_struct(given)
    return _schema_of_type(given)


def _schema_of_struct(form: type[msgspec.Struct]) -> Schema:
    fields = msgspec.structs.fields(form)
    schema: Schema = {
        "title": form.__name__,
        "type": "object",
        "properties": {field.encode_name: _schema_of_field(field) for field in fields},
    }
    if required := [field.encode_name for field in fields if field.required]:
        schema["required"] = required
    if form.__doc__:
        schema["description"] = inspect.cleandoc(form.__doc__)
    return schema


def _schema_of_dataclass(form: type) -> Schema:
    fields = dataclasses.fields(form)
    required = [field.name for field in fields if field.default is dataclasses.MISSING]
    properties = {field.name: schema_of(field.type) for field in fields}
    return {"title": form.__name__, "type": "object", "properties": properties, "required": required}


def _schema_of_field(field: msgspec.structs.FieldInfo) -> Schema:
    schema = schema_of(field.type)
    if isinstance(field.default, (str, int, float)):
        schema = {**schema, "default": field.default}
    return schema


def _schema_of_type(kind: Any) -> Schema:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {**schema_of(inner[0]), **_limits(inner[1])}
    if origin in (Union, types.UnionType):
        choices = [schema_of(choice) for choice in inner if choice is not types.NoneType]
        schema = choices[0] if len(choices) == 1 else {"anyOf": choices}
        return {**schema, "nullable": True} if types.NoneType in inner else schema
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": schema_of(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(inner[1])}
    return dict(SIMPLE.get(kind, {}))


def _limits(meta: msgspec.Meta) -> Schema:
    limits = {"minLength": meta.min_length, "minimum": meta.ge, "maximum": meta.le}
    return {name: limit for name, limit in limits.items() if limit is not None} | (meta.extra_json_schema or {})
