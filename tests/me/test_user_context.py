"""What a client starts with (docs/api/me.md), and that bots have no area of their own."""

import re

from full_studio import FullStudio
from studio import Studio

from kitsulite.app import tables
from kitsulite.models.entities import TaskTypeAssetTypeLink
from kitsulite.models.people import Studio as Branch
from kitsulite.models.productions import MetadataDescriptor
from kitsulite.models.reviews import Notification
from kitsulite.models.tools import CustomAction, Plugin

CONTEXT = "/data/user/context"
KEYS = {
    "asset_types",
    "custom_actions",
    "status_automations",
    "departments",
    "studios",
    "task_types",
    "task_status",
    "project_status",
    "preview_background_files",
    "notification_count",
    "persons",
    "project_roles",
    "projects",
    "search_filters",
    "search_filter_groups",
    "plugins",
}


def names(rows: list[dict[str, object]]) -> list[object]:
    return sorted(str(row["name"]) for row in rows)


def test_the_whole_area_is_closed_to_bots(studio: Studio) -> None:
    full = FullStudio(studio)
    bot = full.members["bot"]
    routes = [route for table in tables() for route in table.routes if "/user/" in route.path]
    assert len(routes) > 50
    for route in routes:
        path = re.sub(r"{(\w+)}", lambda found: full.ids.get(found[1].removesuffix("_id"), "2024-03-04"), route.path)
        assert bot.call(route.method, path, {}).status == 403, f"{route.method} {path}"


def test_everybody_gets_the_same_document_and_admins_the_limit(studio: Studio) -> None:
    full = FullStudio(studio)
    for role in ("manager", "supervisor", "user", "vendor", "client"):
        assert set(full.members[role].get(CONTEXT)) == KEYS
    context = full.members["admin"].get(CONTEXT)
    assert set(context) == KEYS | {"user_limit"}
    assert context["user_limit"] == studio.tracker.settings.user_limit
    assert all(context[key] for key in KEYS if isinstance(context[key], list))


def test_rows_come_as_their_tables_show_them(studio: Studio) -> None:
    ann = studio.person("Ann")
    prop, _ = (studio.entity(kind, "Any", studio.project()) for kind in ("Prop", "Shot"))
    animation = studio.task_type()
    studio.link(TaskTypeAssetTypeLink, asset_type_id=prop["entity_type_id"], task_type_id=animation["id"])
    action, branch = studio.add(CustomAction, name="Render"), studio.add(Branch, name="Paris", color="#000000")
    plugin = studio.add(
        Plugin,
        plugin_id="gantt",
        name="Gantt",
        version="1.0",
        maintainer_name="Eve",
        maintainer_email="eve@studio.test",
        license="MIT",
    )
    context = ann.get(CONTEXT)
    assert (context["custom_actions"], context["studios"], context["task_types"]) == ([action], [branch], [animation])
    (asset_type,) = context["asset_types"]
    assert (asset_type["name"], asset_type["type"]) == ("Prop", "AssetType")
    assert asset_type["task_types"] == [animation["id"]]
    assert context["plugins"] == [
        {
            **{key: plugin[key] for key in ("id", "plugin_id", "name", "description", "version", "icon")},
            **{key: plugin[key] for key in ("maintainer_name", "maintainer_email")},
            **{key: plugin[key] for key in ("frontend_project_enabled", "frontend_studio_enabled")},
        }
    ]


def test_managers_see_people_whole_and_others_who_they_are(studio: Studio) -> None:
    ann, mia = studio.person("Ann", desktop_login="ann"), studio.person("Mia", role="manager")
    studio.person("Old", active=False)
    studio.person("Guest", is_guest=True)
    animation = studio.department("Animation", ann)
    for reader in (ann, mia):
        people = {person["first_name"]: person for person in reader.get(CONTEXT)["persons"]}
        assert set(people) == {"Ann", "Mia", "Old"}
        assert people["Ann"]["departments"] == [animation["id"]]
        assert people["Ann"]["full_name"] == "Ann Test"
        assert not people["Ann"].keys() & {"password", "totp_secret", "jti", "login_failed_attemps"}
        assert ("email" in people["Ann"]) == (reader is mia)
    (own,) = (person for person in ann.get(CONTEXT)["persons"] if person["id"] == ann.id)
    assert set(own) == {
        "id",
        "type",
        "first_name",
        "last_name",
        "full_name",
        "has_avatar",
        "active",
        "departments",
        "studio_id",
        "role",
        "desktop_login",
        "is_bot",
    }


def test_it_tells_of_roles_given_on_productions(studio: Studio) -> None:
    ann = studio.person("Ann")
    given, plain = studio.project(), studio.project(team=[ann])
    assert ann.get(CONTEXT)["project_roles"] == {}
    studio.join(given, ann, role="supervisor")
    assert ann.get(CONTEXT)["project_roles"] == {given["id"]: "supervisor"}
    assert names(ann.get(CONTEXT)["projects"]) == sorted([given["name"], plain["name"]])


def test_it_counts_what_is_still_to_be_read(studio: Studio) -> None:
    ann, bob = studio.person("Ann"), studio.person("Bob")
    for read in (True, False, False):
        studio.add(Notification, type="mention", person_id=ann.id, author_id=bob.id, read=read)
    assert ann.get(CONTEXT)["notification_count"] == 2
    assert bob.get(CONTEXT)["notification_count"] == 0


def test_open_productions_are_those_of_ones_teams_and_for_admins_all(studio: Studio) -> None:
    ann, ada = studio.person("Ann"), studio.person("Ada", role="admin")
    own = studio.project("Bunny", team=[ann])
    studio.project("Sintel")
    studio.project("Elephants", team=[ann], status="Closed")
    studio.project("Active one", team=[ann], status="Active")
    open_projects = "/data/user/projects/open"
    assert names(ann.get(open_projects)) == ["Bunny"]
    assert names(ada.get(open_projects)) == ["Bunny", "Sintel"]
    assert ada.get(CONTEXT)["projects"] == ada.get(open_projects)
    assert names(ada.get(f"{open_projects}?name=Bunny")) == ["Bunny"]
    assert ada.get(f"{open_projects}?name=bunny") == []
    (project,) = ann.get(open_projects)
    assert project["team"] == [ann.id]
    assert project["task_types_priority"] == project["task_statuses_link"] == {}
    assert project["id"] == own["id"]


def test_clients_see_the_metadata_meant_for_them(studio: Studio) -> None:
    clara, ann = studio.person("Clara", role="client"), studio.person("Ann")
    project = studio.project(team=[clara, ann])
    for name, for_client in (("Mood", True), ("Budget", False)):
        studio.add(
            MetadataDescriptor,
            project_id=project["id"],
            entity_type="Shot",
            name=name,
            field_name=name.lower(),
            for_client=for_client,
        )
    seen = [names(person.get(CONTEXT)["projects"][0]["descriptors"]) for person in (clara, ann)]
    assert seen == [["Mood"], ["Budget", "Mood"]]


def test_a_larger_studio_takes_no_more_statements(studio: Studio) -> None:
    ann = studio.person("Ann")
    db = studio.tracker.db

    def statements() -> int:
        before = db.statements
        ann.get(CONTEXT)
        return db.statements - before

    studio.project(team=[ann])
    few = statements()
    for _ in range(5):
        studio.task(studio.entity("Prop", "Any", studio.project(team=[ann, studio.person()])), assignees=[ann])
    assert statements() == few
