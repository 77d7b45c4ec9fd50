"""Who is put into a department and taken out of it: done with ids alone, for a department may have thousands of members.

scim2-models would look through all of them for each change, and once more for each value of it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from scim2_models import PatchOperation, Resource, ResourceType
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator
from scim2_server.handler import ScimHandler

from kitsulite.areas.scim import groups
from kitsulite.areas.scim.storage import GROUP, Storage
from kitsulite.work.errors import ScimRefused

ADD, REMOVE, REPLACE = "add", "remove", "replace"
MEMBERS = "members"
BY_VALUE = 'Members are chosen by members[value eq "…"], and added and removed as a whole.'
NO_LIST = 'Members are a list of objects such as {"value": "…"}.'


class Edit(NamedTuple):
    """A change of who is in: ids that are added, removed, or all that there are to be."""

    op: str
    ids: frozenset[str]


class Handler(ScimHandler):
    """The operations of SCIM; changes of departments go by ids."""

    storage: Storage

    def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: Any, conditions: Any
    ) -> Resource[Any]:
        if resource_type.name != GROUP:
            return super().patch_resource(resource_type, resource_id, patch_op, conditions)
        group = self.storage.without_members(resource_type, resource_id)
        edits, others = _split(patch_op.operations)
        if others:
            patch_op.model_copy(update={"operations": others}).patch(group)
        groups.change(self.storage.work, str(group.id), group, lambda ids: _edited(ids, edits))
        return self.storage.without_members(resource_type, resource_id)


def _edited(ids: frozenset[str], edits: Iterable[Edit]) -> frozenset[str]:
    for edit in edits:
        match edit.op:
            case "add":
                ids = ids | edit.ids
            case "remove":
                ids = ids - edit.ids
            case _:
                ids = edit.ids
    return ids


def _split(operations: Iterable[PatchOperation[Any]]) -> tuple[list[Edit], list[PatchOperation[Any]]]:
    """What changes who is in, and the rest."""
    edits: list[Edit] = []
    others: list[PatchOperation[Any]] = []
    for operation in operations:
        bound = operation.path.resolve() if operation.path else None
        if bound is not None and bound.field_name == MEMBERS:
            edits.append(_edit(operation, within=bound.sub_field_name))
        elif bound is None and isinstance(operation.value, dict):
            told = {key.rpartition(":")[2].lower(): key for key in operation.value}
            if MEMBERS in told:
                edits.append(Edit(operation.op.value, _ids(operation.value[told[MEMBERS]])))
            rest = {key: value for key, value in operation.value.items() if key != told.get(MEMBERS)}
            if rest:
                others.append(operation.model_copy(update={"value": rest}))
        else:
            others.append(operation)
    return edits, others


def _edit(operation: PatchOperation[Any], within: str | None) -> Edit:
    assert operation.path
    op, chosen = operation.op.value, operation.path.value_filter
    if within or (chosen is not None and op != REMOVE):
        raise ScimRefused(400, BY_VALUE, "invalidPath")
    if chosen is not None:
        return Edit(REMOVE, _chosen(chosen))
    if op == REMOVE and operation.value is None:
        return Edit(REPLACE, frozenset())
    return Edit(op, _ids(operation.value))


def _chosen(filter: FilterNode) -> frozenset[str]:
    """The ids that a filter names."""
    if isinstance(filter, LogicalExpr) and filter.op == LogicalOperator.or_:
        return frozenset().union(*map(_chosen, filter.terms))
    if (
        not isinstance(filter, Comparison)
        or filter.op != CompareOperator.eq
        or str(filter.attr_path).lower() != "value"
    ):
        raise ScimRefused(400, BY_VALUE, "invalidPath")
    return frozenset({str(filter.value).lower()})


def _ids(value: Any) -> frozenset[str]:
    """The ids in a list of members."""
    entries = [] if value is None else value if isinstance(value, list) else [value]
    found = set()
    for entry in entries:
        said = {key.lower(): text for key, text in entry.items()} if isinstance(entry, dict) else {}
        if not isinstance(said.get("value"), str):
            raise ScimRefused(400, NO_LIST, "invalidValue")
        found.add(said["value"].lower())
    return frozenset(found)
