"""The filters of SCIM as conditions of SQL. Values are bound; a condition is never NULL, so that its contrary holds where it does not."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import peewee
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
    coerce_value,
)

from kitsulite.models import is_uuid
from kitsulite.models.fields import MOMENT
from kitsulite.storage import Database
from kitsulite.storage.engine import WILD

Node = Any
"""A condition of peewee, which says nothing of its types."""
EVERYTHING, NOTHING = peewee.SQL("(1 = 1)"), peewee.SQL("(1 = 0)")
BY_ORDER: dict[CompareOperator, Callable[[Any, Any], Node]] = {
    CompareOperator.gt: lambda left, right: left > right,
    CompareOperator.ge: lambda left, right: left >= right,
    CompareOperator.lt: lambda left, right: left < right,
    CompareOperator.le: lambda left, right: left <= right,
}


@dataclass(frozen=True)
class Held:
    """Where an attribute is held.

    value   what SQL calls it
    kind    text, exact (a text that differs by its case), id, flag or moment
    within  of attributes that hold many: what makes a condition on one of them a condition on the row
    """

    value: Any
    kind: str = "text"
    within: Callable[[Node], Node] | None = None


Columns = Mapping[tuple[str, str | None], Held]
"""The attributes that can be asked for: name and name within it, as scim2-models calls them."""


class Conditions(FilterVisitor[Node]):
    """Makes a condition of a filter."""

    def __init__(self, db: Database, filter: ScimFilter[Any], columns: Columns, inside: AttrPath | None = None) -> None:
        self.db, self.filter, self.columns, self.inside = db, filter, columns, inside

    def visit_logical_expr(self, node: LogicalExpr) -> Node:
        first, *others = (self.visit(term) for term in node.terms)
        for other in others:
            first = first & other if node.op == LogicalOperator.and_ else first | other
        return first

    def visit_not(self, node: Not) -> Node:
        return ~self.visit(node.expr)

    def visit_present(self, node: Present) -> Node:
        path = self._path(node.attr_path)
        held = self._held(path, self.filter.resolve(path) if path.sub_attr else self.filter.resolve_comparison(path))
        return self._on_row(held, self._is_there(held))

    def visit_comparison(self, node: Comparison) -> Node:
        path = self._path(node.attr_path)
        bound = self.filter.resolve_comparison(path)
        held = self._held(path, bound)
        assert bound
        value = coerce_value(bound, node.value, node.op)
        if node.op == CompareOperator.ne:
            same = Comparison(node.attr_path, CompareOperator.eq, node.value)
            return ~self.visit_comparison(same)
        if value is None:
            return ~self._on_row(held, self._is_there(held)) if node.op == CompareOperator.eq else NOTHING
        return self._on_row(held, self._is_there(held) & self._compare(held, node.op, value))

    def visit_value_path(self, node: ValuePath) -> Node:
        path = replace(node.attr_path, sub_attr=None)
        bound = self.filter.resolve_comparison(path)
        held = self._held(path, bound)
        found = Conditions(self.db, self.filter, self.columns, path).visit(node.val_filter)
        return held.within(found) if held.within else self._is_there(held) & found

    def _path(self, path: AttrPath) -> AttrPath:
        """The path from the row, also of what stands in brackets."""
        return path if self.inside is None else replace(self.inside, sub_attr=path.attr)

    def _held(self, path: AttrPath, bound: Any) -> Held:
        held = self.columns.get((bound.field_name, bound.sub_field_name)) if bound else None
        if held is None:
            raise InvalidFilterException(detail=f"Nothing can be filtered by {path} here.")
        return held

    def _on_row(self, held: Held, found: Node) -> Node:
        return held.within(found) if held.within and self.inside is None else found

    def _is_there(self, held: Held) -> Node:
        there = held.value.is_null(False)
        return there & (held.value != "") if held.kind in ("text", "exact") else there

    def _compare(self, held: Held, op: CompareOperator, value: Any) -> Node:
        if held.kind == "flag":
            return held.value == value  # scim2-models lets nothing but eq and ne come so far
        if held.kind == "moment":
            return _by_moment(held.value, op, value)
        text = str(value)
        if "\x00" in text:
            return NOTHING
        if held.kind == "id":
            if op == CompareOperator.eq:
                return held.value == text.lower() if is_uuid(text) else NOTHING
            return _exactly(held.value.cast("TEXT"), op, text)
        return _exactly(held.value, op, text) if held.kind == "exact" else self._whatever_the_case(held.value, op, text)

    def _whatever_the_case(self, column: Any, op: CompareOperator, text: str) -> Node:
        if op in BY_ORDER:
            return BY_ORDER[op](peewee.fn.LOWER(column), text.lower())
        before = "%" if op in (CompareOperator.co, CompareOperator.ew) else ""
        after = "%" if op in (CompareOperator.co, CompareOperator.sw) else ""
        return self.db.like(column, before + WILD.sub(r"\\\g<0>", text) + after)


def _by_moment(column: Any, op: CompareOperator, value: Any) -> Node:
    if not isinstance(value, datetime.datetime) or (op not in BY_ORDER and op != CompareOperator.eq):
        raise InvalidFilterException(detail="A moment is compared by eq, ne, gt, ge, lt and le only.")
    try:
        at = value.astimezone(datetime.UTC).strftime(MOMENT)
    except OverflowError:
        raise InvalidFilterException(detail="No such moment.") from None
    return BY_ORDER[op](column, at) if op in BY_ORDER else column == at


def _exactly(column: Any, op: CompareOperator, text: str) -> Node:
    if op in BY_ORDER:
        return BY_ORDER[op](column, text)
    if op == CompareOperator.eq:
        return column == text
    if not text:
        return EVERYTHING
    if op == CompareOperator.co:
        return peewee.fn.REPLACE(column, text, "") != column
    length = peewee.fn.LENGTH(column)
    if op == CompareOperator.sw:
        return peewee.fn.SUBSTR(column, 1, len(text)) == text
    return (length >= len(text)) & (peewee.fn.SUBSTR(column, length - len(text) + 1) == text)


def condition(db: Database, filter: ScimFilter[Any], columns: Columns) -> Node:
    """The condition that a filter stands for."""
    node: FilterNode = filter.ast
    return Conditions(db, filter, columns).visit(node)
