"""Budgets of a production and what they are made of (docs/api/productions.md)."""

from typing import Any

from peewee import fn

from kitsulite.areas.entities.entities import get_project
from kitsulite.models.people import Department, Person, TimeSpent
from kitsulite.models.schedules import Budget, BudgetEntry
from kitsulite.models.shapes import Raw, Shape, many
from kitsulite.models.tasks import Task, TaskType
from kitsulite.rows.erase import erase
from kitsulite.rows.filters import read_row
from kitsulite.storage import Row
from kitsulite.work.errors import NotFound, WrongParameter
from kitsulite.work.work import Work

BUDGET = Shape(Budget)
LISTED_BUDGET = Shape(Budget, type=None, without=("created_at", "updated_at"), title="ListedBudget")
ENTRY = Shape(BudgetEntry)
LISTED_ENTRY = Shape(BudgetEntry, type=None, without=("created_at", "updated_at"), title="ListedBudgetEntry")
NEEDED = ("department_id", "start_date", "months_duration", "daily_salary")
"""What an entry cannot do without."""


def budgets(work: Work, project_id: str) -> Raw:
    """The budgets of a production, the first revision first."""
    query = LISTED_BUDGET.select(work.db).where(Budget.project_id == project_id)
    return many(work.db, query.order_by(Budget.revision))


def get_budget(work: Work, project_id: str, id: str) -> Row:
    """A budget of a production; NotFound for those of others."""
    budget = work.get(Budget, id)
    if budget["project_id"] != project_id:
        raise NotFound
    return budget


def show_budget(work: Work, budget: Row) -> Raw:
    """One budget."""
    return work.show(BUDGET, budget["id"])


def create_budget(work: Work, project_id: str, name: str, currency: str | None) -> Raw:
    """A budget with the next revision number."""
    last = work.db.value(Budget.select(fn.MAX(Budget.revision)).where(Budget.project_id == project_id))
    values = read_row(Budget, {"name": name, "currency": currency})
    id = work.insert(Budget, project_id=project_id, revision=(last or 0) + 1, **values)
    assert id
    work.emit("budget:create", {"budget_id": id}, project_id)
    return work.show(BUDGET, id)


def update_budget(work: Work, budget_id: str, project_id: str, **values: Any) -> Raw:
    """Change a budget's name or currency; None leaves it."""
    given = {key: value for key, value in values.items() if value is not None}
    work.update(Budget, budget_id, **read_row(Budget, given))
    work.emit("budget:update", {"budget_id": budget_id}, project_id)
    return work.show(BUDGET, budget_id)


def remove_budget(work: Work, budget: Row) -> None:
    """Remove a budget with its entries."""
    erase(work, Budget, [budget["id"]])
    work.emit("budget:delete", {"budget_id": budget["id"]}, budget["project_id"])


def entries(work: Work, budget: Row) -> Raw:
    """What a budget is made of."""
    query = LISTED_ENTRY.select(work.db).where(BudgetEntry.budget_id == budget["id"])
    return many(work.db, query.order_by(BudgetEntry.start_date, BudgetEntry.created_at))


def get_entry(work: Work, budget_id: str, id: str) -> Row:
    """An entry of a budget; NotFound for those of others."""
    entry = work.get(BudgetEntry, id)
    if entry["budget_id"] != budget_id:
        raise NotFound
    return entry


def show_entry(work: Work, entry: Row) -> Raw:
    """One entry of a budget."""
    return work.show(ENTRY, entry["id"])


def create_entry(work: Work, budget: Row, values: Row) -> Raw:
    """A new entry of a budget; without a position or seniority it is for an artist in the middle of their career."""
    values = {key: value for key, value in values.items() if value is not None}
    _check_people(work, values)
    id = work.insert(BudgetEntry, **read_row(BudgetEntry, values), budget_id=budget["id"], exceptions={})
    assert id
    _tell(work, "create", budget, id)
    return work.show(ENTRY, id)


def replace_entry(work: Work, budget: Row, current: Row, values: Row) -> Raw:
    """Say an entry anew: what is left out is gone, but for what an entry cannot do without."""
    values = {key: values.get(key) for key in BudgetEntry.columns() if key not in ("id", "created_at", "updated_at")}
    for key in NEEDED:
        if values[key] is None:
            values[key] = current[key]
    _check_people(work, values)
    values["exceptions"] = _exceptions(values["exceptions"])
    changed = {key: value for key, value in values.items() if value != current[key]}
    work.update(BudgetEntry, current["id"], **read_row(BudgetEntry, {**changed, "budget_id": budget["id"]}))
    _tell(work, "update", budget, current["id"])
    return work.show(ENTRY, current["id"])


def _check_people(work: Work, values: Row) -> None:
    for table, key in ((Department, "department_id"), (Person, "person_id")):
        if values.get(key) is not None and work.find(table, values[key]) is None:
            raise WrongParameter(f"{table.type_name} with id {values[key]} not found")


def _exceptions(given: Any) -> dict[str, int]:
    """Month -> another salary; months without one are dropped."""
    found = {}
    for month, amount in (given or {}).items():
        try:
            number = int(float(amount or 0))
        except (TypeError, ValueError, OverflowError):
            raise WrongParameter(f"Wrong amount for {month}: {amount}") from None
        if number > 0:
            found[month] = number
    return found


def remove_entry(work: Work, budget: Row, entry: Row) -> None:
    """Remove an entry of a budget."""
    work.delete(BudgetEntry, BudgetEntry.id == entry["id"])
    _tell(work, "delete", budget, entry["id"])


def _tell(work: Work, action: str, budget: Row, entry_id: str) -> None:
    ids = {"budget_id": budget["id"], "budget_entry_id": entry_id}
    work.emit(f"budget-entry:{action}", ids, budget["project_id"])


def time_spents(work: Work, project_id: str) -> dict[str, dict[str, Any]]:
    """Department -> person -> month -> minutes spent on a production, with totals."""
    get_project(work, project_id)
    rows = work.db.tuples(
        TimeSpent.select(TaskType.department_id, TimeSpent.person_id, TimeSpent.date, fn.SUM(TimeSpent.duration))
        .join(Task, on=Task.id == TimeSpent.task_id)
        .join(TaskType, on=TaskType.id == Task.task_type_id)
        .where(Task.project_id == project_id, TaskType.department_id.is_null(False))
        .group_by(TaskType.department_id, TimeSpent.person_id, TimeSpent.date)
    )
    found: dict[str, dict[str, Any]] = {}
    for department_id, person_id, date, minutes in rows:
        department = found.setdefault(department_id, {"total": 0.0})
        person = department.setdefault(person_id or "", {"total": 0.0})
        department["total"] += minutes
        person["total"] += minutes
        person[date[:7]] = person.get(date[:7], 0.0) + minutes
    return found
