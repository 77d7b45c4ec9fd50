"""Saved searches and their groups (docs/api/me.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.tools import SearchFilter, SearchFilterGroup
from kitsulite.storage import Row

FILTERS, GROUPS = "/data/user/filters", "/data/user/filter-groups"
BOTH = pytest.mark.parametrize("path", [FILTERS, GROUPS])


class Team:
    """Mia manages a production on which Ann works; Ada administers the studio, Stan is on no team."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.mia, self.ada = studio.person("Mia", role="manager"), studio.person("Ada", role="admin")
        self.ann, self.stan = studio.person("Ann"), studio.person("Stan", role="manager")
        self.project = studio.project(team=[self.mia, self.ann])
        self.shared: Row = {"list_type": "shot", "project_id": self.project["id"], "is_shared": True}

    def add(self, person: Member, path: str, name: str = "Late", **values: Any) -> Row:
        query = {"query": "status=wip"} if path == FILTERS else {}
        row: Row = person.post(path, {"name": name, **query, **values})
        return row


@pytest.fixture
def team(studio: Studio) -> Team:
    return Team(studio)


def names(listing: dict[str, dict[str, list[Row]]]) -> list[str]:
    return sorted(row["name"] for projects in listing.values() for rows in projects.values() for row in rows)


# --- seeing them ---


def test_a_search_is_stored_as_it_was_made(team: Team) -> None:
    row = team.ann.post(FILTERS, {"name": "Late", "query": "status=wip"})
    fixed = {key: row[key] for key in ("id", "created_at", "updated_at")}
    nothing = dict.fromkeys(("entity_type", "project_id", "search_filter_group_id", "department_id"))
    assert row == {
        **fixed,
        **nothing,
        "type": "SearchFilter",
        "name": "Late",
        "search_query": "status=wip",
        "list_type": "todo",
        "is_shared": False,
        "person_id": team.ann.id,
    }
    assert team.ann.get(FILTERS) == {"todo": {"all": [row]}}


def test_a_group_is_stored_as_it_was_made(team: Team) -> None:
    row = team.ann.post(GROUPS, {"name": "Mine", "color": "#ff0000", "list_type": "shot", "entity_type": "Shot"})
    assert (row["type"], row["color"], row["entity_type"]) == ("SearchFilterGroup", "#ff0000", "Shot")
    assert row["person_id"] == team.ann.id
    assert team.ann.get(f"{GROUPS}/{row['id']}") == row


@BOTH
def test_they_are_listed_by_list_and_project(team: Team, path: str) -> None:
    assert team.ann.get(path) == {}
    here = team.add(team.ann, path, list_type="shot", project_id=team.project["id"])
    anywhere, asset = team.add(team.ann, path, list_type="shot"), team.add(team.ann, path, list_type="asset")
    assert team.ann.get(path) == {
        "shot": {team.project["id"]: [here], "all": [anywhere]},
        "asset": {"all": [asset]},
    }
    assert team.mia.get(path) == {}


def test_groups_come_newest_first(team: Team) -> None:
    for name in ("One", "Two", "Three"):
        team.add(team.ann, GROUPS, name)
    assert [row["name"] for row in team.ann.get(GROUPS)["todo"]["all"]] == ["Three", "Two", "One"]


@BOTH
def test_what_is_shared_reaches_the_team_and_nobody_else(team: Team, path: str) -> None:
    team.add(team.mia, path, "Ours", **team.shared)
    team.add(team.mia, path, "Mine", **{**team.shared, "is_shared": False})
    seen = [names(person.get(path)) for person in (team.mia, team.ann, team.ada, team.stan)]
    assert seen == [["Mine", "Ours"], ["Ours"], ["Ours"], []]


@BOTH
def test_those_of_closed_productions_are_hidden(team: Team, path: str) -> None:
    closed = team.studio.project(team=[team.mia], status="Closed")
    team.add(team.mia, path, project_id=closed["id"], is_shared=True)
    assert team.mia.get(path) == team.ada.get(path) == {}


@BOTH
def test_what_is_kept_to_a_department_hides_even_from_its_author(team: Team, path: str) -> None:
    department = team.studio.department("Animation")
    team.add(team.mia, path, "Ours", department_id=department["id"], **team.shared)
    team.add(team.ann, path, "Mine", department_id=department["id"], list_type="asset")
    hidden = {} if path == FILTERS else {"shot": {}, "asset": {}}
    assert team.ann.get(path) == hidden
    assert names(team.mia.get(path)) == ["Ours"]
    team.studio.department("Animation", team.ann)
    assert names(team.ann.get(path)) == ["Mine", "Ours"]


# --- sharing ---


@BOTH
def test_only_managers_share_and_only_within_a_project(team: Team, path: str) -> None:
    assert team.add(team.mia, path, **team.shared)["is_shared"] is True
    assert team.add(team.ada, path, **team.shared)["is_shared"] is True
    assert team.add(team.ann, path, **team.shared)["is_shared"] is False
    assert team.add(team.stan, path, **team.shared)["is_shared"] is False
    assert team.add(team.mia, path, is_shared=True)["is_shared"] is False
    supervisor = team.studio.person(role="supervisor")
    team.studio.join(team.project, supervisor, role="manager")
    assert team.add(supervisor, path, **team.shared)["is_shared"] is True


@BOTH
def test_to_share_later_the_project_has_to_be_said_again(team: Team, path: str) -> None:
    row = team.add(team.mia, path, list_type="shot", project_id=team.project["id"])
    one = f"{path}/{row['id']}"
    assert team.mia.put(one, {"is_shared": True})["is_shared"] is False
    assert team.mia.put(one, {"is_shared": True, "project_id": team.project["id"]})["is_shared"] is True
    assert team.mia.put(one, {"is_shared": True, "name": "Later"})["is_shared"] is True
    assert team.mia.put(one, {"is_shared": False})["is_shared"] is False


@BOTH
def test_what_moves_to_a_project_that_one_does_not_manage_is_shared_no_more(team: Team, path: str) -> None:
    row = team.add(team.mia, path, **team.shared)
    elsewhere = team.studio.project()
    changed = team.mia.put(f"{path}/{row['id']}", {"project_id": elsewhere["id"]})
    assert (changed["project_id"], changed["is_shared"]) == (elsewhere["id"], False)


def test_a_search_is_shared_as_its_group_is(team: Team) -> None:
    private, shared = team.add(team.mia, GROUPS), team.add(team.mia, GROUPS, **team.shared)
    body = {"name": "Late", "query": "x", **team.shared, "search_filter_group_id": private["id"]}
    refused = team.mia.post(FILTERS, body, status=400)
    assert refused["message"] == (
        "A search filter should have the same value for is_shared than its search filter group."
    )
    row = team.mia.post(FILTERS, {**body, "search_filter_group_id": shared["id"]})
    one = f"{FILTERS}/{row['id']}"
    team.mia.put(one, {"search_filter_group_id": private["id"]}, status=400)
    team.mia.put(one, {"is_shared": False}, status=400)
    team.ann.post(FILTERS, {**body, "search_filter_group_id": shared["id"]}, status=400)
    assert team.mia.put(one, {"search_filter_group_id": private["id"], "is_shared": False})["is_shared"] is False


def test_what_is_in_a_group_goes_with_it(team: Team) -> None:
    group = team.add(team.mia, GROUPS, **team.shared)
    mine = team.add(team.mia, FILTERS, "Mine", search_filter_group_id=group["id"], **team.shared)
    theirs = team.add(team.ada, FILTERS, "Theirs", search_filter_group_id=group["id"], **team.shared)
    team.mia.put(f"{GROUPS}/{group['id']}", {"is_shared": False})
    assert [team.studio.row(SearchFilter, row["id"])["is_shared"] for row in (mine, theirs)] == [False, False]
    team.mia.delete(f"{GROUPS}/{group['id']}")
    assert team.mia.get(FILTERS) == team.ada.get(FILTERS) == {}


def test_a_group_shares_nothing_with_another_production(team: Team) -> None:
    foreign = team.studio.project(team=[team.stan])
    group = team.add(team.mia, GROUPS, list_type="shot", project_id=team.project["id"])
    one, inside = f"{GROUPS}/{group['id']}", {"search_filter_group_id": group["id"]}
    abroad = team.add(team.mia, FILTERS, "Abroad", project_id=foreign["id"], **inside)
    team.mia.put(one, {"is_shared": True, "project_id": team.project["id"]}, status=400)
    assert team.stan.get(FILTERS) == {}
    team.mia.delete(f"{FILTERS}/{abroad['id']}")
    team.add(team.mia, FILTERS, "Anywhere", **inside)
    team.mia.put(one, {"is_shared": True, "project_id": team.project["id"]})
    team.studio.join(foreign, team.mia)
    body = {"name": "Abroad", "query": "x", "is_shared": True, "project_id": foreign["id"], **inside}
    team.mia.post(FILTERS, body, status=400)
    here = team.mia.post(FILTERS, {**body, "project_id": team.project["id"]})
    team.mia.put(f"{FILTERS}/{here['id']}", {"project_id": foreign["id"]}, status=400)
    team.mia.put(one, {"project_id": foreign["id"]}, status=400)


def test_what_an_older_version_shared_with_another_production_is_not_seen_there(team: Team) -> None:
    foreign = team.studio.project(team=[team.stan])
    group = team.add(team.mia, GROUPS, **team.shared)
    row = team.add(team.mia, FILTERS, search_filter_group_id=group["id"], **team.shared)
    assert names(team.ann.get(FILTERS)) == ["Late"]
    team.studio.store(SearchFilter, row["id"], project_id=foreign["id"])
    assert team.stan.get(FILTERS) == {}


def test_a_group_is_ones_own_or_shared(team: Team) -> None:
    private, shared = team.add(team.mia, GROUPS), team.add(team.mia, GROUPS, **team.shared)
    mine = team.add(team.ann, FILTERS)
    for person, group in ((team.ann, private), (team.stan, private), (team.stan, shared), (team.ada, private)):
        team.add(person, FILTERS)
        body = {"name": "x", "query": "x", "search_filter_group_id": group["id"]}
        person.post(FILTERS, body, status=404)
    team.ann.put(f"{FILTERS}/{mine['id']}", {"search_filter_group_id": private["id"]}, status=404)
    of_mia = team.add(team.mia, FILTERS)
    team.ada.put(f"{FILTERS}/{of_mia['id']}", {"search_filter_group_id": private["id"]})
    team.mia.put(f"{FILTERS}/{of_mia['id']}", {"name": "New", "search_filter_group_id": private["id"]})
    team.ada.post(FILTERS, {"name": "x", "query": "x", "search_filter_group_id": shared["id"], **team.shared})


# --- changing and removing ---


def test_only_what_is_said_changes(team: Team) -> None:
    group = team.add(team.ann, GROUPS)
    row = team.add(team.ann, FILTERS, search_filter_group_id=group["id"])
    one = f"{FILTERS}/{row['id']}"
    body = {**row, "name": "New", "search_query": "all", "list_type": "asset", "project_id": None}
    changed = team.ann.put(one, body)
    assert {**changed, "updated_at": ""} == {**row, "name": "New", "search_query": "all", "updated_at": ""}
    unchanged = team.ann.put(one, {"name": None, "query": "ignored"})
    assert {**unchanged, "updated_at": ""} == {**changed, "updated_at": ""}
    assert team.ann.put(one, {"search_filter_group_id": None})["search_filter_group_id"] is None
    recolored = team.ann.put(f"{GROUPS}/{group['id']}", {"color": "#000000", "list_type": "asset"})
    assert (recolored["color"], recolored["list_type"], recolored["name"]) == ("#000000", "todo", "Late")


@BOTH
def test_those_of_others_are_not_found_but_by_admins(team: Team, path: str) -> None:
    row = team.add(team.mia, path, **team.shared)
    one = f"{path}/{row['id']}"
    for person in (team.ann, team.stan):
        person.put(one, {"name": "Stolen"}, status=404)
        person.delete(one, status=404)
        if path == GROUPS:
            person.get(one, status=404)
    assert team.ada.put(one, {"name": "Set right"})["person_id"] == team.mia.id
    team.ada.delete(one)
    assert team.mia.get(path) == {}


@BOTH
def test_what_a_search_speaks_of_has_to_be_there(team: Team, path: str) -> None:
    row = team.add(team.ann, path)
    keys = ["project_id", "department_id", *(["search_filter_group_id"] if path == FILTERS else [])]
    for person in (team.ann, team.ada):
        for key in keys:
            person.post(path, {"name": "x", "query": "x", key: new_id()}, status=404)
            person.post(path, {"name": "x", "query": "x", key: "malformed"}, status=400)
            team.ada.put(f"{path}/{row['id']}", {key: new_id()}, status=404)
    for id in (new_id(), "malformed"):
        team.ann.put(f"{path}/{id}", {"name": "x"}, status=404)
        team.ann.delete(f"{path}/{id}", status=404)


def test_names_and_queries_have_their_lengths(team: Team) -> None:
    for body in ({"name": "x" * 201, "query": "x"}, {"name": "x", "query": "x" * 501}, {"name": "", "query": "x"}):
        team.ann.post(FILTERS, body, status=400)
    for key in ("name", "query"):
        body = {"name": "x", "query": "x"}
        del body[key]
        problem = team.ann.post(FILTERS, body, status=400)
        assert problem["data"]["errors"] == [{"field": key, "message": "Field required"}]
    team.ann.post(GROUPS, {"name": "x", "color": "#ff00ff00f"}, status=400)
    with team.studio.tracker.db.reading():
        assert not team.studio.tracker.db.count(SearchFilterGroup.select())
