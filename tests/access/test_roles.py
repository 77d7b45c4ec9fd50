"""The role that somebody has on a production, as Python tells it and as SQL does."""

import itertools

import peewee
import pytest
from studio import Studio

from kitsulite.access import projects
from kitsulite.models import people_shapes
from kitsulite.models.people import Person
from kitsulite.models.productions import ProjectPersonLink
from kitsulite.work.work import Caller

GLOBAL = ("admin", "manager", "supervisor", "user", "client", "vendor")
OF_LINK = (None, *GLOBAL)
OUTSIDE = "outside"
"""In the place of a role in the team: there is no link to it."""


@pytest.fixture
def people(studio: Studio) -> dict[tuple[str, str | None], str]:
    """Somebody for each combination of a global role and a place in the team of `project`."""
    return {
        (role, place): studio.person(f"{role}{place}", role).id
        for role, place in itertools.product(GLOBAL, (*OF_LINK, OUTSIDE))
    }


def test_the_rule_of_roles_is_the_same_in_python_and_in_sql(
    studio: Studio, people: dict[tuple[str, str | None], str]
) -> None:
    project, other = studio.project(), studio.project()
    for (_, place), id in people.items():
        studio.link(ProjectPersonLink, project_id=other["id"], person_id=id, role="client")
        if place != OUTSIDE:
            studio.link(ProjectPersonLink, project_id=project["id"], person_id=id, role=place)
    with studio.tracker.work() as work:
        role = peewee.SQL(people_shapes.role_in("person", work.db.placeholder), (project["id"],))
        in_sql = dict(work.db.tuples(Person.select(Person.id, role)))
        callers = {key: work.get(Person, id) for key, id in people.items()}
    for (of_studio, place), person in callers.items():
        with studio.tracker.work(Caller(person), writes=False) as work:
            told = projects.role_in(work, project["id"])
            acting = projects.acts_as(work, project["id"])
            among = projects.team_roles(work, [project["id"]]).get(project["id"])
            vendor_of = projects.vendor_projects(work)
        named = (of_studio, place)
        expected = _role(of_studio, place)
        assert told == expected, named
        assert acting == in_sql[person["id"]] == (expected or of_studio), named
        assert among == (None if place == OUTSIDE else _of_team(of_studio, place)), named
        assert (project["id"] in vendor_of) == (expected == "vendor"), named


def _of_team(of_studio: str, place: str | None) -> str:
    """What the link says, unless it says nothing or would make an admin."""
    return place if place not in (None, "admin") else of_studio


def _role(of_studio: str, place: str | None) -> str | None:
    """The rule once more, as the test understands it: admins are admins everywhere, others only what the team makes them."""
    if of_studio == "admin":
        return "admin"
    return None if place == OUTSIDE else _of_team(of_studio, place)
