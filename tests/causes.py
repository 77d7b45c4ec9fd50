"""What causes events: for each, the requests of an admin, and what it tells."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

from footage import picture
from full_studio import FullStudio
from studio import Studio

from kitsulite.models import TABLES
from kitsulite.models.tools import ApiEvent
from kitsulite.work.work import Event


class Request(NamedTuple):
    """A request of an admin. `{task}` in a path or a body is the id of the task, `{made}` that of the last answer,
    `{before}` that of the one before."""

    method: str
    path: str
    body: Any


def post(path: str, body: Any = None, **fields: Any) -> Request:
    return Request("POST", path, fields if body is None else body)


def put(path: str, body: Any = None, **fields: Any) -> Request:
    return Request("PUT", path, fields if body is None else body)


def delete(path: str, **fields: Any) -> Request:
    return Request("DELETE", path, fields or None)


def get(path: str) -> Request:
    return Request("GET", path, None)


class Cause(NamedTuple):
    """What makes an event happen, and the keys of its payload.

    live  whether it is announced only, and not stored
    """

    name: str
    keys: str
    requests: tuple[Request, ...]
    live: bool = False


SEND = "SEND"
FILES = {
    "a.png": ("a.png", picture(), "image/png"),
    "a.hdr": ("a.hdr", b"#?RADIANCE\n\n-Y 1 +X 1\n\x80\x80\x80\x81", "image/vnd.radiance"),
}


def send(path: str, name: str) -> Request:
    """Sends a file in."""
    return Request(SEND, path, {"name": name})


def cause(name: str, keys: str, *requests: Request, live: bool = False) -> Cause:
    return Cause(name, keys, requests, live)


PROJECT = "/data/projects/{project}"
COMMENT = "/actions/tasks/{task}/comment"
SAID = post(COMMENT, task_status_id="{task_status}", comment="Done.")
CHAT = "/data/entities/{shot}/chat/messages"
JOINED = post("/actions/user/chats/{shot}/join")
TIME = "/actions/tasks/{task}/time-spents/2024-05-06/persons/{admin}"
NEW_ASSET = post(PROJECT + "/asset-types/{entity_type}/assets/new", name="Hat")
CAST = put(PROJECT + "/entities/{shot}/casting", [{"asset_id": "{asset}", "nb_occurences": 2}])
NEW_BUDGET = post(PROJECT + "/budgets", name="B", currency="EUR")
BUILT = (
    put("/data/preview-files/{preview_file}", extension="mp4"),
    put("/data/playlists/{playlist}", shots=[{"entity_id": "{shot}", "preview_file_id": "{preview_file}"}]),
    get("/data/playlists/{playlist}/build/mp4"),
)
WORKED = (
    put("/data/task-types/{task_type}", for_entity="Shot"),
    post("/data/entities/{shot}/tasks", task_type_ids=["{task_type}"]),
)
OUTPUT = {
    "name": "main",
    "revision": 2,
    "entity_id": "{entity}",
    "output_type_id": "{output_type}",
    "file_status_id": "{file_status}",
}
OF_ENTITY = {
    "name": "main",
    "entity_id": "{entity}",
    "project_id": "{project}",
    "task_status_id": "{task_status}",
    "priority": 0,
}
TOLD = post("/data/notifications", person_id="{admin}", author_id="{person}", type="comment", comment_id="{comment}")
NEW_FOLDER = post(PROJECT + "/concept-folders", name="Nights")
IN_FOLDER = post(
    "/actions/projects/{project}/move-concepts", concept_ids=["{concept}"], concept_folder_id="{concept_folder}"
)
FIELD = {"name": "Mood", "entity_type": "Asset", "data_type": "string"}


def removed(kind: str) -> Request:
    return delete(f"/data/{kind}s/{{made}}?force=true")


CAUSES = [
    cause("asset:new", "asset_id asset_type project_id", NEW_ASSET),
    cause("asset:update", "asset_id project_id", put("/data/entities/{asset}", description="Old")),
    cause("asset:update", "asset_id project_id", post("/actions/assets/share", asset_ids=["{asset}"])),
    cause("asset:delete", "asset_id project_id", NEW_ASSET, removed("asset")),
    cause(
        "asset:casting-update",
        "asset_id nb_entities_out added_asset_ids removed_asset_ids project_id",
        NEW_ASSET,
        put("/data/assets/{asset}/casting", [{"asset_id": "{made}", "nb_occurences": 2}]),
    ),
    cause("asset-type:new", "asset_type_id", post("/data/entity-types", name="Vehicle")),
    cause(
        "asset_instance:new",
        "asset_id asset_instance_id scene_id project_id",
        post("/data/scenes/{scene}/asset-instances", asset_id="{asset}"),
    ),
    cause(
        "asset_instance:new",
        "asset_id asset_instance_id asset_instantiated project_id",
        NEW_ASSET,
        post("/data/assets/{asset}/asset-asset-instances", asset_to_instantiate_id="{made}"),
    ),
    cause(
        "asset_instance:add-to-shot",
        "shot_id asset_instance_id project_id",
        post("/data/shots/{shot}/asset-instances", asset_instance_id="{asset_instance}"),
    ),
    cause(
        "asset_instance:remove-from-shot",
        "shot_id asset_instance_id project_id",
        post("/data/shots/{shot}/asset-instances", asset_instance_id="{asset_instance}"),
        delete("/data/shots/{shot}/asset-instances/{asset_instance}"),
    ),
    cause("budget:create", "budget_id project_id", NEW_BUDGET),
    cause("budget:update", "budget_id project_id", put(PROJECT + "/budgets/{budget}", name="C")),
    cause("budget:delete", "budget_id project_id", NEW_BUDGET, delete(PROJECT + "/budgets/{made}")),
    cause(
        "budget-entry:create",
        "budget_id budget_entry_id project_id",
        post(
            PROJECT + "/budgets/{budget}/entries",
            department_id="{department}",
            start_date="2024-01-01",
            months_duration=1,
            daily_salary=100,
            position="artist",
            seniority="mid",
        ),
    ),
    cause(
        "budget-entry:update",
        "budget_id budget_entry_id project_id",
        put(PROJECT + "/budgets/{budget}/entries/{budget_entry}", daily_salary=3),
    ),
    cause(
        "budget-entry:delete",
        "budget_id budget_entry_id project_id",
        delete(PROJECT + "/budgets/{budget}/entries/{budget_entry}"),
    ),
    cause("build-job:new", "build_job_id playlist_id created_at project_id", *BUILT),
    cause("build-job:update", "build_job_id playlist_id status project_id", *BUILT),  # that of an earlier one, now lost
    cause("build-job:delete", "build_job_id playlist_id project_id", delete("/data/playlists/{playlist}")),
    cause("chat:joined", "chat_id person_id project_id", JOINED, live=True),
    cause("chat:left", "chat_id person_id project_id", delete("/actions/user/chats/{shot}/join"), live=True),
    cause(
        "chat:new-message",
        "chat_id chat_message_id last_message project_id",
        JOINED,
        post(CHAT, message="Hi"),
        live=True,
    ),
    cause(
        "chat:deleted-message",
        "chat_id chat_message_id project_id",
        JOINED,
        post(CHAT, message="Hi"),
        delete(CHAT + "/{made}"),
        live=True,
    ),
    cause("comment:new", "comment_id task_id task_status_id person_id for_client project_id", SAID),
    cause("comment:update", "comment_id task_id project_id", SAID, put("/data/comments/{made}", text="Not done.")),
    cause("comment:update", "comment_id project_id", SAID, post("/actions/tasks/{task}/comments/{made}/add-preview")),
    cause("comment:delete", "comment_id project_id", SAID, delete("/data/tasks/{task}/comments/{made}")),
    cause("comment:delete", "comment_id project_id", SAID, delete("/data/comments/{made}")),
    cause(
        "comment:reply",
        "task_id comment_id reply_id project_id",
        post("/data/tasks/{task}/comments/{comment}/reply", text="So?"),
    ),
    cause(
        "comment:delete-reply",
        "task_id comment_id reply_id project_id",
        post("/data/tasks/{task}/comments/{comment}/reply", text="So?"),
        delete("/data/tasks/{task}/comments/{comment}/reply/{made}"),
        live=True,
    ),
    cause(
        "comment:acknowledge",
        "comment_id person_id project_id",
        post("/data/tasks/{task}/comments/{comment}/ack"),
        live=True,
    ),
    cause(
        "comment:unacknowledge",
        "comment_id person_id project_id",
        post("/data/tasks/{task}/comments/{comment}/ack"),
        post("/data/tasks/{task}/comments/{comment}/ack"),
        live=True,
    ),
    cause("concept:new", "concept_id project_id", post(PROJECT + "/concepts", name="Idea")),
    cause("concept:update", "concept_id project_id", put("/data/entities/{concept}", description="Old")),
    cause("concept:update", "concept_id project_id", IN_FOLDER),
    cause("concept-folder:new", "concept_folder_id project_id", NEW_FOLDER),
    cause(
        "concept-folder:update",
        "concept_folder_id project_id",
        put("/data/concept-folders/{concept_folder}", name="Moods"),
    ),
    cause("concept:update", "concept_id project_id", IN_FOLDER, delete("/data/concept-folders/{concept_folder}")),
    cause("concept-folder:delete", "concept_folder_id project_id", NEW_FOLDER, removed("concept-folder")),
    cause("concept:delete", "concept_id project_id", post(PROJECT + "/concepts", name="Idea"), removed("concept")),
    cause("department:new", "department_id", post("/data/departments", name="Paint", color="#000000")),
    cause("edit:new", "edit_id parent_id project_id", post(PROJECT + "/edits", name="Cut")),
    cause("edit:update", "edit_id project_id", put("/data/entities/{edit}", description="Old")),
    cause("edit:delete", "edit_id project_id", post(PROJECT + "/edits", name="Cut"), removed("edit")),
    cause(
        "entity-link:new",
        "entity_link_id entity_in_id entity_out_id nb_occurences project_id",
        CAST,
    ),
    cause(
        "entity-link:update",
        "entity_link_id nb_occurences project_id",
        CAST,
        put(PROJECT + "/entities/casting/assets/{asset}", entity_ids=["{shot}"], nb_occurences=3),
    ),
    cause("episode:new", "episode_id project_id", post(PROJECT + "/episodes", name="E9")),
    cause("episode:update", "episode_id project_id", put("/data/entities/{episode}", description="Old")),
    cause("episode:delete", "episode_id project_id", post(PROJECT + "/episodes", name="E9"), removed("episode")),
    cause(
        "episode:casting-update",
        "episode_id nb_entities_out added_asset_ids removed_asset_ids project_id",
        NEW_ASSET,
        put(PROJECT + "/entities/{episode}/casting", [{"asset_id": "{made}", "nb_occurences": 2}]),
    ),
    cause(
        "shot:casting-update",
        "shot_id nb_entities_out added_asset_ids removed_asset_ids project_id",
        CAST,
    ),
    cause("main:test", "", get("/status/test-event"), live=True),
    cause(
        "metadata-descriptor:new", "metadata_descriptor_id project_id", post(PROJECT + "/metadata-descriptors", **FIELD)
    ),
    cause(
        "metadata-descriptor:update",
        "metadata_descriptor_id project_id",
        post(PROJECT + "/metadata-descriptors", **FIELD),
        put(PROJECT + "/metadata-descriptors/{made}", name="Tone"),
    ),
    cause(
        "metadata-descriptor:delete",
        "metadata_descriptor_id project_id",
        post(PROJECT + "/metadata-descriptors", **FIELD),
        delete(PROJECT + "/metadata-descriptors/{made}"),
    ),
    cause("news:new", "news_id task_status_id task_type_id project_id", SAID),
    cause(
        "news:delete",
        "news_id project_id",
        post("/data/task-types", name="Rig", color="#000000", department_id="{department}"),
        post("/data/tasks", task_type_id="{made}", **OF_ENTITY),
        SAID,
        post("/actions/tasks/{task}/comments/{made}/move", target_task_id="{before}"),
    ),
    cause("notification:new", "notification_id person_id project_id", SAID, live=True),
    cause(
        "notification:read",
        "person_id notification_id",
        TOLD,
        put("/data/user/notifications/{made}", read=True),
    ),
    cause(
        "notification:unread",
        "person_id notification_id",
        TOLD,
        put("/data/user/notifications/{made}", read=False),
    ),
    cause("notification:all-read", "person_id", post("/actions/user/notifications/mark-all-as-read")),
    cause("organisation:update", "organisation_id", put("/data/organisations/{organisation}", hours_by_day=7)),
    cause(
        "person:new",
        "person_id",
        post("/data/persons", first_name="A", last_name="B", email="a@foxfilms.com", password="a long sentence"),
    ),
    cause("person:new", "person_id", post("/data/persons", first_name="Farm", last_name="", is_bot=True)),
    cause("person:update", "person_id", put("/data/persons/{person}", first_name="A")),
    cause(
        "person:update",
        "person_id previous_departments new_departments",
        post("/actions/persons/{admin}/departments/add", department_id="{department}"),
    ),
    cause("person:update", "person_id", delete("/actions/persons/{person}/clear-avatar")),
    cause("person:update", "person_id", post("/data/user/desktop-login-logs", date="2024-01-01T10:00:00")),
    cause(
        "person:delete",
        "person_id",
        post("/data/persons", first_name="A", last_name="B", email="a@foxfilms.com", password="a long sentence"),
        delete("/data/persons/{made}"),
    ),
    cause("output-file:new", "output_file_id project_id", post("/data/output-files", **OUTPUT)),
    cause(
        "playlist:add_entity",
        "playlist_id entity_id preview_file_id project_id",
        post("/actions/playlists/{playlist}/add-entity", entity_id="{shot}", preview_file_id="{preview_file}"),
    ),
    cause("playlist:delete", "playlist_id project_id", delete("/data/playlists/{playlist}")),
    cause(
        "preview-background-file:update",
        "preview_background_file_id",
        put("/data/preview-background-files/{preview_background_file}", archived=True),
    ),
    cause(
        "preview-file:new",
        "preview_file_id comment_id project_id",
        SAID,
        post("/actions/tasks/{task}/comments/{made}/add-preview"),
    ),
    cause(
        "preview-file:update",
        "preview_file_id project_id",
        put("/data/preview-files/{preview_file}", description="Old"),
    ),
    cause(
        "preview-file:delete",
        "preview_file_id project_id",
        SAID,
        post("/actions/tasks/{task}/comments/{made}/add-preview"),
        delete("/data/preview-files/{made}?force=true"),
    ),
    cause(
        "preview-file:set-main", "entity_id preview_file_id project_id", put("/actions/tasks/{task}/set-main-preview")
    ),
    cause(
        "production_schedule_version:update",
        "production_schedule_version_id project_id",
        post("/actions/production-schedule-versions/{production_schedule_version}/apply-to-production"),
    ),
    cause("project:update", "project_id", post(PROJECT + "/settings/task-types", task_type_id="{task_type}")),
    cause("project:update", "project_id", delete(PROJECT + "/preview-account")),
    cause(
        "project:update",
        "project_id previous_preview_open_until new_preview_open_until",
        put(PROJECT + "/preview-account", is_open=True),
    ),
    cause(
        "project:update",
        "project_id",
        delete(PROJECT + "/task-types/{task_type}/softwares/{software}"),
        post(PROJECT + "/task-types/{task_type}/softwares", software_id="{software}"),
    ),
    cause("project:update", "project_id person_id previous_in_team new_in_team", delete(PROJECT + "/team/{admin}")),
    cause(
        "project:delete",
        "project_id",
        post("/data/project-status", name="Closed", color="#000000"),
        post("/data/projects", name="New", project_status_id="{made}"),
        delete("/data/projects/{made}?force=true"),
    ),
    cause("project-template:new", "project_template_id", post("/data/project-templates", name="T")),
    cause(
        "project-template:update", "project_template_id", put("/data/project-templates/{project_template}", name="U")
    ),
    cause(
        "project-template:delete",
        "project_template_id",
        post("/data/project-templates", name="T"),
        delete("/data/project-templates/{made}"),
    ),
    cause("scene:new", "scene_id project_id", post(PROJECT + "/scenes", name="SC9", sequence_id="{sequence}")),
    cause(
        "scene:delete",
        "scene_id project_id",
        post(PROJECT + "/scenes", name="SC9", sequence_id="{sequence}"),
        removed("scene"),
    ),
    cause(
        "schedule-item:new",
        "schedule_item_id project_id",
        get("/data/projects/{project}/schedule-items/{task_type}/sequences"),
    ),
    cause("sequence:new", "sequence_id project_id", post(PROJECT + "/sequences", name="S9")),
    cause("sequence:delete", "sequence_id project_id", post(PROJECT + "/sequences", name="S9"), removed("sequence")),
    cause("shot:new", "shot_id episode_id project_id", post(PROJECT + "/shots", name="SH9", sequence_id="{sequence}")),
    cause("shot:update", "shot_id project_id", put("/data/shots/{shot}", description="Old")),
    cause("shot:update", "shot_id project_id", *WORKED, delete("/data/shots/{shot}")),
    cause(
        "shot:delete",
        "shot_id project_id",
        post(PROJECT + "/shots", name="SH9", sequence_id="{sequence}"),
        removed("shot"),
    ),
    cause("shot:add-to-scene", "scene_id shot_id project_id", post("/data/scenes/{scene}/shots", shot_id="{shot}")),
    cause(
        "shot:remove-from-scene",
        "scene_id shot_id project_id",
        post("/data/scenes/{scene}/shots", shot_id="{shot}"),
        delete("/data/scenes/{scene}/shots/{shot}"),
    ),
    cause("task:new", "task_id project_id", *WORKED),
    cause("task:update", "task_id project_id", put("/data/tasks/{task}", priority=2)),
    cause("task:update", "task_id project_id", post(TIME, duration=60)),
    cause("task:delete", "task_id entity_id task_type_id project_id", delete("/data/tasks/{task}?force=true")),
    cause("task:assign", "task_id person_id project_id", put("/actions/tasks/{task}/assign", person_id="{person}")),
    cause(
        "task:unassign",
        "task_id person_id project_id",
        put("/actions/tasks/clear-assignation", task_ids=["{task}"], person_id="{admin}"),
    ),
    cause(
        "task:status-changed",
        "task_id new_task_status_id previous_task_status_id person_id project_id",
        post("/data/task-status", name="WFA", short_name="wfa", color="#000000", is_feedback_request=True),
        post(COMMENT, task_status_id="{made}", comment="Look"),
    ),
    cause(
        "task:to-review",
        "task_id new_task_status_id previous_task_status_id person_id comment_id project_id",
        post("/data/task-status", name="WFA", short_name="wfa", color="#000000", is_feedback_request=True),
        post(COMMENT, task_status_id="{made}", comment="Look"),
    ),
    cause(
        "task:update-casting-stats",
        "task_id nb_assets_ready project_id",
        *WORKED,
        CAST,
        live=True,
    ),
    cause(
        "task-status:new", "task_status_id", post("/data/task-status", name="WFA", short_name="wfa", color="#000000")
    ),
    cause(
        "task-type:new",
        "task_type_id",
        post("/data/task-types", name="Rig", color="#000000", department_id="{department}"),
    ),
    cause("time-spent:new", "time_spent_id project_id", post(TIME, duration=60)),
    cause("time-spent:update", "time_spent_id project_id", post(TIME, duration=60), post(TIME, duration=90)),
    cause("time-spent:delete", "time_spent_id project_id", post(TIME, duration=60), delete(TIME)),
    cause(
        "preview-file:annotation-update",
        "preview_file_id person_id updated_at project_id",
        put(
            "/actions/preview-files/{preview_file}/update-annotations",
            additions=[{"time": 1, "drawing": {"objects": [{}]}}],
        ),
    ),
    cause(
        "preview-file:add-file",
        "comment_id task_id preview_file_id revision extension status project_id",
        post("/actions/tasks/{task}/comments/{comment}/add-preview", revision=77),
        send("/pictures/preview-files/{made}", "a.png"),
    ),
    cause("person:set-thumbnail", "person_id", send("/pictures/thumbnails/persons/{admin}", "a.png")),
    cause("project:set-thumbnail", "project_id", send("/pictures/thumbnails/projects/{project}", "a.png")),
    cause(
        "organisation:set-thumbnail",
        "organisation_id",
        send("/pictures/thumbnails/organisations/{organisation}", "a.png"),
    ),
    cause(
        "preview-background-file:add-file",
        "preview_background_file_id extension",
        post("/data/preview-background-files", name="Forest"),
        send("/pictures/preview-background-files/{made}", "a.hdr"),
    ),
]

CAUSES_BY_ROWS = [
    cause("project:new", "project_id", post("/data/projects", name="New")),
    cause("entity-link:update", "entity_link_id", put("/data/entity-links/{entity_link}", label="hero")),
    cause("asset-type:update", "asset_type_id", put("/data/entity-types/{entity_type}", name="Vehicle")),
    cause(
        "asset-type:delete",
        "asset_type_id",
        post("/data/entity-types", name="Car"),
        delete("/data/entity-types/{made}"),
    ),
    cause("sequence:update", "sequence_id project_id", put("/data/entities/{sequence}", description="Old")),
    cause("scene:update", "scene_id project_id", put("/data/entities/{scene}", description="Old")),
    cause("output-file:update", "output_file_id project_id", put("/data/output-files/{output_file}", comment="Old")),
    cause(
        "output-file:delete",
        "output_file_id project_id",
        post("/data/output-files", **OUTPUT),
        delete("/data/output-files/{made}"),
    ),
]
"""Further ones, which only rows cause."""


class Witness:
    """Makes requests as an admin, hears what is announced, and takes back what they did."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.full = FullStudio(studio)
        self.admin = self.full.members["admin"]
        self.db = studio.tracker.db
        self.heard: list[Event] = []
        studio.tracker.listeners.append(self.heard.append)

    def ask(self, requests: tuple[Request, ...]) -> list[str]:
        """Make requests; what was refused."""
        ids = {**self.full.ids, "admin": self.admin.id, "made": ""}
        refused = []
        for method, path, body in requests:
            filled = json.loads(fill(json.dumps(body), ids))
            with suppress(Undone), self.db.savepoint() if self.db.in_transaction else nullcontext():
                if method == SEND:
                    answer = self.admin.form(fill(path, ids), {}, {"file": FILES[filled["name"]]})
                else:
                    answer = self.admin.call(method, fill(path, ids), filled)
                if answer.status >= 400:  # PostgreSQL may take no more statements
                    raise Undone
            self.asked()
            if answer.status >= 400:
                refused.append(f"{method} {path}: {answer}")
            elif answer.content and "json" in answer.headers.get("content-type", ""):
                made = answer.json[0] if isinstance(answer.json, list) and answer.json else answer.json
                if isinstance(made, dict) and "id" in made:
                    ids["before"], ids["made"] = ids["made"], made["id"]
        return refused

    def asked(self) -> None:
        """Called after each request."""

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back everything that happens inside."""
        self.heard.clear()
        try:
            with self.db.writing():
                yield
                raise Undone
        except Undone:
            pass

    def stored(self) -> list[tuple[str, dict[str, Any]]]:
        """The log of events, in order: PostgreSQL puts new rows where old ones were."""
        rows = ApiEvent.select(ApiEvent.name, ApiEvent.data).order_by(ApiEvent.created_at)
        return [(row["name"], row["data"]) for row in self.db.rows(rows)]

    def content(self) -> dict[str, Counter[str]]:
        """Every row of every table."""
        with self.db.reading():
            return {name: Counter(map(str, self.db.tuples(table.select()))) for name, table in TABLES.items()}


class Undone(Exception):
    """Thrown to take back what requests wrote."""


def fill(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], found[0]), text)
