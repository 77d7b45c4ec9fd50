"""Budgets of a production."""

import datetime
from typing import Annotated, Any

import msgspec

from kitsulite.access.callers import admin, project_exists, project_manager
from kitsulite.access.rules import Asked, Given, Rule, both
from kitsulite.areas.productions import budgets
from kitsulite.models import is_uuid
from kitsulite.storage import Row
from kitsulite.web.inputs import Name, Text
from kitsulite.web.routing import Mapped, Route, delete, get, post, put
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work

Currency = Annotated[str, msgspec.Meta(max_length=3)]


class NewBudget(msgspec.Struct):
    """A new budget."""

    name: Name
    currency: Currency | None = "USD"


class BudgetChange(msgspec.Struct):
    """What changes of a budget; null leaves it."""

    name: str | None = None
    currency: Currency | None = None


class NewBudgetEntry(msgspec.Struct):
    """A new entry: somebody, or a post, for a while."""

    department_id: Text
    start_date: datetime.date
    months_duration: int
    daily_salary: float
    person_id: str | None = None
    position: str | None = None
    seniority: str | None = None


class ChangedBudgetEntry(msgspec.Struct):
    """An entry said anew; what is left out is gone."""

    department_id: str | None = None
    person_id: str | None = None
    start_date: datetime.date | None = None
    months_duration: int | None = None
    daily_salary: float | None = None
    position: str | None = None
    seniority: str | None = None
    exceptions: dict[str, Any] | None = None


def update_budget(work: Work, budget: Row, name: str | None, currency: str | None) -> Any:
    """Change a budget."""
    return budgets.update_budget(work, budget["id"], budget["project_id"], name=name, currency=currency)


def create_entry(work: Work, budget: Row, body: NewBudgetEntry) -> Any:
    """A new entry of a budget."""
    return budgets.create_entry(work, budget, msgspec.structs.asdict(body))


def update_entry(work: Work, budget: Row, entry: Row, body: ChangedBudgetEntry) -> Any:
    """Say an entry anew."""
    return budgets.replace_entry(work, budget, entry, msgspec.structs.asdict(body))


def _find_project(work: Work, asked: Asked) -> Given:
    for id in asked.path.values():
        if not is_uuid(id):
            raise WrongParameter("Wrong UUID format.")
    return project_manager.check(work, asked)


def _find_budget(work: Work, asked: Asked) -> Given:
    return {
        **_find_project(work, asked),
        "budget": budgets.get_budget(work, asked.path["project_id"], asked.path["budget_id"]),
    }


def _find_entry(work: Work, asked: Asked) -> Given:
    found = _find_budget(work, asked)
    return {**found, "entry": budgets.get_entry(work, found["budget"]["id"], asked.path["entry_id"])}


OF_PROJECT = "/data/projects/{project_id}/budgets"
OF_BUDGET = f"{OF_PROJECT}/{{budget_id}}"
ENTRIES = f"{OF_BUDGET}/entries"
in_project = Rule(project_manager.name, _find_project, asks=project_manager.asks)
of_budget = Rule(project_manager.name, _find_budget, hands=("budget",), asks=project_manager.asks)
of_entry = Rule(project_manager.name, _find_entry, hands=("budget", "entry"), asks=project_manager.asks)
ROUTES: list[Route] = [
    get(OF_PROJECT, project_manager, budgets.budgets, gives=[budgets.LISTED_BUDGET]),
    post(OF_PROJECT, in_project, budgets.create_budget, takes=NewBudget, gives=budgets.BUDGET, status=200),
    get(
        f"{OF_PROJECT}/time-spents",
        both(admin, project_exists),
        budgets.time_spents,
        gives=Mapped(Mapped(Mapped(float), {"total": float})),
    ),
    get(OF_BUDGET, of_budget, budgets.show_budget, gives=budgets.BUDGET),
    put(OF_BUDGET, of_budget, update_budget, takes=BudgetChange, gives=budgets.BUDGET),
    delete(OF_BUDGET, of_budget, budgets.remove_budget),
    get(ENTRIES, of_budget, budgets.entries, gives=[budgets.LISTED_ENTRY]),
    post(ENTRIES, of_budget, create_entry, takes=NewBudgetEntry, gives=budgets.ENTRY, status=200),
    get(f"{ENTRIES}/{{entry_id}}", of_entry, budgets.show_entry, gives=budgets.ENTRY),
    put(f"{ENTRIES}/{{entry_id}}", of_entry, update_entry, takes=ChangedBudgetEntry, gives=budgets.ENTRY),
    delete(f"{ENTRIES}/{{entry_id}}", of_entry, budgets.remove_entry),
]
