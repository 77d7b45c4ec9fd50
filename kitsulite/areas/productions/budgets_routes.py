"""Budgets of a production (contract 04, 4.7)."""

import datetime
from typing import Annotated, Any

import msgspec

from kitsulite import access
from kitsulite.access import admin, in_service, project_manager
from kitsulite.areas.productions import budgets
from kitsulite.models import is_uuid
from kitsulite.storage import Row
from kitsulite.web.call import Call
from kitsulite.web.inputs import Text
from kitsulite.web.routing import Route, delete, get, post, put
from kitsulite.work.errors import WrongParameter

Currency = Annotated[str, msgspec.Meta(max_length=3)]


class NewBudget(msgspec.Struct):
    """A new budget."""

    name: Text
    currency: Currency | None = "USD"


class BudgetChange(msgspec.Struct):
    """What changes of a budget; null leaves it."""

    name: str | None = None
    currency: Currency | None = None


class NewEntry(msgspec.Struct):
    """A new entry: somebody, or a post, for a while."""

    department_id: Text
    start_date: datetime.date
    months_duration: int
    daily_salary: float
    person_id: str | None = None
    position: str | None = None
    seniority: str | None = None


class Entry(msgspec.Struct):
    """An entry said anew; what is left out is gone."""

    department_id: str | None = None
    person_id: str | None = None
    start_date: datetime.date | None = None
    months_duration: int | None = None
    daily_salary: float | None = None
    position: str | None = None
    seniority: str | None = None
    exceptions: dict[str, Any] | None = None


def list_budgets(call: Call, project_id: str) -> Any:
    """The budgets of a production."""
    return budgets.budgets(call.work, project_id)


def create_budget(call: Call, project_id: str) -> Any:
    """A new budget."""
    _project(call, project_id)
    body = call.body(NewBudget)
    return budgets.create_budget(call.work, project_id, body.name, body.currency)


def show_budget(call: Call, project_id: str, budget_id: str) -> Any:
    """One budget."""
    return budgets.budget(call.work, _budget(call, project_id, budget_id)["id"])


def update_budget(call: Call, project_id: str, budget_id: str) -> Any:
    """Change a budget."""
    budget = _budget(call, project_id, budget_id)
    values = msgspec.structs.asdict(call.body(BudgetChange))
    return budgets.update_budget(call.work, budget["id"], budget["project_id"], **values)


def remove_budget(call: Call, project_id: str, budget_id: str) -> None:
    """Remove a budget with its entries."""
    budget = _budget(call, project_id, budget_id)
    budgets.remove_budget(call.work, budget["id"], budget["project_id"])


def list_entries(call: Call, project_id: str, budget_id: str) -> Any:
    """What a budget is made of."""
    return budgets.entries(call.work, _budget(call, project_id, budget_id)["id"])


def create_entry(call: Call, project_id: str, budget_id: str) -> Any:
    """A new entry of a budget."""
    budget = _budget(call, project_id, budget_id)
    return budgets.create_entry(call.work, budget, msgspec.structs.asdict(call.body(NewEntry)))


def show_entry(call: Call, project_id: str, budget_id: str, entry_id: str) -> Any:
    """One entry."""
    budget = _budget(call, project_id, budget_id)
    return budgets.entry(call.work, _entry(call, budget, entry_id)["id"])


def update_entry(call: Call, project_id: str, budget_id: str, entry_id: str) -> Any:
    """Say an entry anew."""
    budget = _budget(call, project_id, budget_id)
    entry = _entry(call, budget, entry_id)
    return budgets.replace_entry(call.work, budget, entry, msgspec.structs.asdict(call.body(Entry)))


def remove_entry(call: Call, project_id: str, budget_id: str, entry_id: str) -> None:
    """Remove an entry."""
    budget = _budget(call, project_id, budget_id)
    budgets.remove_entry(call.work, budget, _entry(call, budget, entry_id)["id"])


def show_time_spents(call: Call, project_id: str) -> Any:
    """What was spent on a production: by department, person and month."""
    _check_id(project_id)
    return budgets.time_spents(call.work, project_id)


def _check_id(text: str) -> None:
    if not is_uuid(text):
        raise WrongParameter("Wrong UUID format.")


def _project(call: Call, project_id: str) -> None:
    _check_id(project_id)
    access.require_project_manager(call.work, project_id)


def _budget(call: Call, project_id: str, budget_id: str) -> Row:
    _check_id(budget_id)
    _project(call, project_id)
    return budgets.get_budget(call.work, project_id.lower(), budget_id)


def _entry(call: Call, budget: Row, entry_id: str) -> Row:
    _check_id(entry_id)
    return budgets.get_entry(call.work, budget["id"], entry_id)


OF_PROJECT = "/data/projects/{project_id}/budgets"
OF_BUDGET = f"{OF_PROJECT}/{{budget_id}}"
ENTRIES = f"{OF_BUDGET}/entries"
managed = in_service(project_manager.name)

ROUTES: list[Route] = [
    get(OF_PROJECT, project_manager, list_budgets, gives=[budgets.LISTED_BUDGET]),
    post(OF_PROJECT, managed, create_budget, gives=budgets.BUDGET, status=200),
    get(f"{OF_PROJECT}/time-spents", admin, show_time_spents),
    get(OF_BUDGET, managed, show_budget, gives=budgets.BUDGET),
    put(OF_BUDGET, managed, update_budget, gives=budgets.BUDGET),
    delete(OF_BUDGET, managed, remove_budget),
    get(ENTRIES, managed, list_entries, gives=[budgets.LISTED_ENTRY]),
    post(ENTRIES, managed, create_entry, gives=budgets.ENTRY, status=200),
    get(f"{ENTRIES}/{{entry_id}}", managed, show_entry, gives=budgets.ENTRY),
    put(f"{ENTRIES}/{{entry_id}}", managed, update_entry, gives=budgets.ENTRY),
    delete(f"{ENTRIES}/{{entry_id}}", managed, remove_entry),
]
