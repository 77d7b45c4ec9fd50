"""Tasks: making, assigning, planning, listing and removing them (docs/api/tasks.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models import new_id
from kitsulite.models.entities import EntityLink, TaskTypeAssetTypeLink
from kitsulite.models.people import Person, TimeSpent
from kitsulite.models.productions import Project, ProjectTaskTypeLink
from kitsulite.models.reviews import Comment, CommentPreviewLink, News, Notification, PreviewFile, Subscription
from kitsulite.models.schedules import ScheduleItem
from kitsulite.models.tasks import Task, TaskStatus, TaskType
from kitsulite.storage import Row


class Production:
    """A shot to animate by Art; Moe manages, Sue supervises the department, which Art and Bob are in, Vic is a vendor."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.admin = studio.person("Ada", role="admin")
        self.moe = studio.person("Moe", role="manager")
        self.sue = studio.person("Sue", role="supervisor")
        self.art = studio.person("Art")
        self.bob = studio.person("Bob")
        self.vic = studio.person("Vic", role="vendor")
        self.clo = studio.person("Clo", role="client")
        self.kim = studio.person("Kim", role="manager")
        self.project = studio.project(
            "Caminandes", team=[self.moe, self.sue, self.art, self.bob, self.vic, self.clo], data={}
        )
        self.department = studio.department("Animation", self.sue, self.art, self.bob)
        self.animation = studio.task_type("Animation", self.department)
        self.layout = studio.task_type("Layout")
        self.episode = studio.entity("Episode", "E01", self.project)
        self.sequence = studio.entity("Sequence", "SQ01", self.project, self.episode)
        self.shot = studio.entity("Shot", "SH01", self.project, self.sequence)
        self.task = studio.task(self.shot, self.animation, assignees=[self.art])
        self.path = f"/data/tasks/{self.task['id']}"

    def done(self) -> str:
        return self.studio.one_of(TaskStatus, "Done", short_name="done", color="#000000", is_done=True)["id"]  # type: ignore[no-any-return]

    def enable(self, task_type: Row, priority: int = 1) -> None:
        self.studio.add(
            ProjectTaskTypeLink, project_id=self.project["id"], task_type_id=task_type["id"], priority=priority
        )

    def create(self, kind: str, task_type: Row, who: Member, body: Any = None, **options: Any) -> Any:
        path = f"/actions/projects/{self.project['id']}/task-types/{task_type['id']}/{kind}/create-tasks"
        return who.post(path, body, **options)

    def rows(self, table: Any, *conditions: Any) -> list[Row]:
        with self.studio.tracker.db.reading():
            query = table.select().where(*conditions) if conditions else table.select()
            return self.studio.tracker.db.rows(query)

    def heard(self) -> list[str]:
        """The names of the events from now on."""
        names: list[str] = []
        self.studio.tracker.listeners.append(lambda event: names.append(event.name))
        return names


@pytest.fixture
def production(studio: Studio) -> Production:
    return Production(studio)


# --- making ---


def test_managers_make_tasks_which_begin_in_the_default_status(production: Production) -> None:
    body = {"task_type_id": production.layout["id"], "entity_id": production.shot["id"]}
    production.art.post("/data/tasks", body, status=403)
    production.kim.post("/data/tasks", body, status=403)
    task = production.moe.post("/data/tasks", body)
    assert task["name"] == "main"
    assert task["project_id"] == production.project["id"]
    assert task["task_status_id"] == production.task["task_status_id"]
    assert production.moe.post("/data/tasks", body, status=400) == {"message": "Task already exists."}


def test_a_task_fits_its_entity(production: Production) -> None:
    modeling = production.studio.task_type("Modeling", for_entity="Asset")
    body = {"task_type_id": modeling["id"], "entity_id": production.shot["id"]}
    refused = production.moe.post("/data/tasks", body, status=400)
    assert refused["message"] == "Task type of the task does not match entity type."


def test_a_task_has_to_name_its_type_and_its_entity(production: Production) -> None:
    body = {"task_type_id": production.layout["id"], "entity_id": production.shot["id"]}
    for key in body:
        for given in ({key: None}, {key: "x"}, {key: 3}):
            refused = production.moe.post("/data/tasks", {**body, **given}, status=400)
            assert refused["message"] == f"A valid {key} is required."
        production.moe.post("/data/tasks", {other: id for other, id in body.items() if other != key}, status=400)
        production.moe.post("/data/tasks", {**body, key: new_id()}, status=404)


def test_every_shot_gets_a_task_once(production: Production) -> None:
    production.studio.entity("Shot", "SH02", production.project, production.sequence)
    made = production.create("shots", production.layout, production.moe)
    assert len(made) == 2
    assert {task["task_status_name"] for task in made} == {"Todo"}
    assert {task["assigner_id"] for task in made} == {production.moe.id}
    assert production.create("shots", production.layout, production.moe, []) == []
    production.create("shots", production.layout, production.art, status=403)


def test_only_the_entities_named_get_a_task_and_they_must_be_of_the_kind(production: Production) -> None:
    asset = production.studio.entity("Prop", "Lamp", production.project)
    other = production.studio.entity("Shot", "SH01", production.studio.project("Other"))
    production.create("shots", production.layout, production.moe, [asset["id"]], status=404)
    production.create("shots", production.layout, production.moe, [production.shot["id"], other["id"]], status=404)
    [task] = production.create("shots", production.layout, production.moe, [production.shot["id"]])
    assert task["entity_id"] == production.shot["id"]
    production.create("assets", production.layout, production.moe, [asset["id"]], status=400)
    modeling = production.studio.task_type("Modeling", for_entity="Asset")
    [task] = production.create("assets", modeling, production.moe, [asset["id"]])
    assert task["entity_id"] == asset["id"]


def test_concepts_have_a_first_status_of_their_own_and_anybody_in_the_crew_starts_them(production: Production) -> None:
    production.studio.entity("Concept", "Idea", production.project)
    sketch = production.studio.task_type("Sketch", for_entity="Concept")
    production.create("concepts", sketch, production.vic, status=403)
    [task] = production.create("concepts", sketch, production.art)
    assert task["task_status_short_name"] == "neutral"


def test_tasks_are_made_for_an_entity_type_by_its_name(production: Production) -> None:
    cutting = production.studio.task_type("Cutting", for_entity="Sequence")
    base = f"/actions/projects/{production.project['id']}/task-types/{cutting['id']}/create-tasks"
    [task] = production.moe.post(f"{base}/sequence?episode_id={production.episode['id']}")
    assert task["entity_id"] == production.sequence["id"]
    production.moe.post(f"{base}/asset", status=404)


def test_an_entity_gets_the_tasks_that_its_project_and_its_workflow_foresee(production: Production) -> None:
    types = [production.studio.task_type(name, for_entity="Asset") for name in ("Modeling", "Rigging", "Paint")]
    asset = production.studio.entity("Prop", "Lamp", production.project)
    for task_type in (*types[:2], production.layout):
        production.enable(task_type)
    for task_type in (types[0], types[2]):
        production.studio.link(
            TaskTypeAssetTypeLink, asset_type_id=asset["entity_type_id"], task_type_id=task_type["id"]
        )
    path = f"/data/entities/{asset['id']}/tasks"
    production.clo.post(path, status=403)
    for task_type, why in zip(
        (production.layout, types[2], types[1]), ("is for Shot", "not enabled", "not in the workflow"), strict=True
    ):
        assert why in production.art.post(path, {"task_type_ids": [task_type["id"]]}, status=400)["message"]
    assert [task["task_type_name"] for task in production.art.post(path)] == ["Modeling"]
    assert production.art.post(path) == []


# --- assigning ---


def assign(who: Member, task: Row, person: Member | str, status: int = 200) -> Any:
    person_id = person if isinstance(person, str) else person.id
    return who.put(f"/actions/tasks/{task['id']}/assign", {"person_id": person_id}, status=status)


def test_who_may_give_a_task_to_whom(production: Production) -> None:
    production.studio.department("Light", production.vic)
    for who, person, status in (
        (production.moe, production.vic, 200),
        (production.sue, production.bob, 200),
        (production.sue, production.vic, 403),
        (production.bob, production.bob, 200),
        (production.bob, production.art, 403),
        (production.vic, production.vic, 403),
        (production.kim, production.bob, 403),
    ):
        assign(who, production.task, person, status)


def test_an_assignee_joins_the_team_and_is_told(production: Production) -> None:
    new = production.studio.person("New")
    names = production.heard()
    task = assign(production.moe, production.task, new)
    assert set(task["assignees"]) == {production.art.id, new.id}
    assert task["assigner_id"] == production.moe.id
    assert names == ["task:assign", "task:update", "project:update", "notification:new"]
    assert new.id in production.studio.row(Project, production.project["id"])["team"]
    [told] = production.rows(Notification)
    assert (told["type"], told["person_id"], told["author_id"]) == ("assignation", new.id, production.moe.id)


def test_nobody_is_told_that_they_took_a_task(production: Production) -> None:
    assign(production.bob, production.task, production.bob)
    assert production.rows(Notification) == []


@pytest.mark.parametrize("person", ["somebody", "6f5a1a0e-4b0c-4d6c-9a39-5d4c47d7ad60"])
def test_a_task_goes_to_nobody_unknown(production: Production, person: str) -> None:
    assert assign(production.moe, production.task, person, 400) == {"error": "Assignee doesn't exist in database."}


def test_several_tasks_go_to_one_person_as_far_as_the_caller_may(production: Production) -> None:
    other = production.studio.task(production.studio.entity("Shot", "SH01", production.studio.project("Other")))
    ids = [production.task["id"], other["id"], "nonsense"]
    path = f"/actions/persons/{production.bob.id}/assign"
    assert [task["id"] for task in production.moe.put(path, {"task_ids": ids})] == [production.task["id"]]
    assert len(production.admin.put(path, {"task_ids": ids})) == 2
    assert production.bob.id in production.studio.row(Project, other["project_id"])["team"]
    production.moe.put(path, {"task_ids": []}, status=400)


def test_bots_work_where_the_project_lets_them(production: Production) -> None:
    bot = production.studio.person("Bot", is_bot=True)
    assign(production.moe, production.task, bot, 403)
    with production.studio.tracker.work() as work:
        work.update(Project, production.project["id"], is_bot_collaboration_enabled=True)
    assign(production.moe, production.task, bot)
    production.moe.get(f"/data/persons/{bot.id}/tasks", status=403)


def test_artists_hand_back_their_own_tasks_only(production: Production) -> None:
    path, ids = "/actions/tasks/clear-assignation", [production.task["id"]]
    assert production.bob.put(path, {"task_ids": ids}) == []
    assert production.art.put(path, {"task_ids": ids}) == []
    names = production.heard()
    assert production.art.put(path, {"task_ids": ids, "person_id": production.art.id}) == ids
    assert names == ["task:unassign", "task:update"]
    assert production.moe.get(production.path)["assignees"] == []


def test_replacing_the_assignees_tells_the_new_ones(production: Production) -> None:
    names = production.heard()
    production.moe.put(production.path, {"assignees": [production.bob.id]})
    assert names == ["task:assign", "notification:new", "task:unassign", "task:update"]
    assert [row["person_id"] for row in production.rows(Notification)] == [production.bob.id]


# --- planning ---


def test_supervisors_plan_and_managers_change_everything(production: Production) -> None:
    production.sue.put(production.path, {"priority": 2, "due_date": "2026-03-04"})
    production.sue.put(production.path, {"name": "second"}, status=403)
    production.art.put(production.path, {"priority": 1}, status=403)
    assert production.moe.put(production.path, {"name": "second"})["priority"] == 2


def test_the_data_of_a_task_are_merged(production: Production) -> None:
    production.moe.put(production.path, {"data": {"a": 1, "b": 2}})
    assert production.moe.put(production.path, {"data": {"b": 3}})["data"] == {"a": 1, "b": 3}
    assert production.moe.put(production.path, {"data": {}})["data"] == {}


def test_priorities_are_set_where_the_caller_plans(production: Production) -> None:
    layout = production.studio.task(production.shot, production.layout)
    body = {"task_ids": [production.task["id"], layout["id"]], "priority": 3}
    assert [task["id"] for task in production.sue.put("/actions/tasks/set-priority", body)] == [production.task["id"]]
    assert production.art.put("/actions/tasks/set-priority", body) == []
    production.moe.put("/actions/tasks/set-priority", {**body, "priority": -1}, status=400)


# --- removing ---


def test_a_task_goes_with_all_that_hangs_on_it_only_when_forced(production: Production) -> None:
    comment = production.moe.send_form(
        f"/actions/tasks/{production.task['id']}/comment",
        {"task_status_id": production.task["task_status_id"]},
        {"file": ("a.txt", b"a", "text/plain")},
    )
    preview = production.studio.add(PreviewFile, task_id=production.task["id"], name="p")
    production.studio.link(CommentPreviewLink, comment=comment["id"], preview_file=preview["id"])
    production.studio.add(Subscription, task_id=production.task["id"], person_id=production.bob.id)
    production.studio.add(
        TimeSpent, task_id=production.task["id"], person_id=production.art.id, date="2026-01-01", duration=1
    )
    production.sue.delete(f"{production.path}?force=true", status=403)
    production.moe.delete(production.path, status=400)
    names = production.heard()
    production.moe.delete(f"{production.path}?force=true")
    assert names == ["task:delete"]
    for table in (Task, Comment, PreviewFile, Subscription, TimeSpent, News, Notification):
        assert production.rows(table) == [], table


def test_tasks_of_other_projects_are_left_alone(production: Production) -> None:
    other = production.studio.task(production.studio.entity("Shot", "SH01", production.studio.project("Other")))
    ids = [production.task["id"], other["id"]]
    path = f"/actions/projects/{production.project['id']}/delete-tasks"
    assert production.moe.post(path, ids, status=200) == ids
    assert [row["id"] for row in production.rows(Task)] == [other["id"]]
    production.moe.post(path, {}, status=400)


def test_admins_remove_a_whole_step(production: Production) -> None:
    layout = production.studio.task(production.shot, production.layout)
    base = f"/actions/projects/{production.project['id']}/task-types"
    path = f"{base}/{production.animation['id']}/delete-tasks"
    production.moe.delete(path, status=403)
    production.admin.delete(f"{base}/nonsense/delete-tasks", status=404)
    production.admin.delete(path)
    assert [row["id"] for row in production.rows(Task)] == [layout["id"]]


# --- listing ---


def test_everybody_lists_the_tasks_of_their_projects_and_vendors_their_own(production: Production) -> None:
    for who, seen in ((production.admin, 1), (production.bob, 1), (production.vic, 0), (production.kim, 0)):
        assert len(who.get("/data/tasks")) == seen
        status = 403 if who is production.kim else 200
        found = who.get(f"/data/projects/{production.project['id']}/tasks", status=status)
        assert status == 403 or len(found) == seen
    production.bob.get(production.path)
    production.vic.get(production.path, status=403)


def test_the_tasks_of_an_episode_are_those_of_its_shots(production: Production) -> None:
    production.studio.task(production.studio.entity("Shot", "SH01", production.project), production.layout)
    for path in ("/data/tasks", f"/data/projects/{production.project['id']}/tasks"):
        found = production.bob.get(f"{path}?episode_id={production.episode['id']}")
        assert [task["id"] for task in found] == [production.task["id"]]
        production.bob.get(f"{path}?episode_id=E01", status=400)


def test_the_tasks_of_a_project_come_by_page_when_a_page_is_asked_for(production: Production) -> None:
    path = f"/data/projects/{production.project['id']}/tasks"
    first = production.bob.get(f"{path}?page=1")
    assert (first["total"], first["nb_pages"], len(first["data"])) == (1, 1, 1)
    past = production.bob.get(f"{path}?page=3")
    assert (past["total"], past["data"]) == (0, [])


def test_what_somebody_has_to_do_says_where_it_stands(production: Production) -> None:
    production.studio.add(
        Comment,
        object_id=production.task["id"],
        object_type="Task",
        text="by a client",
        person_id=production.clo.id,
        task_status_id=production.task["task_status_id"],
    )
    [task] = production.moe.get(f"/data/persons/{production.art.id}/tasks")
    assert (task["sequence_name"], task["episode_id"], task["episode_name"]) == (
        "SQ01",
        production.episode["id"],
        "E01",
    )
    assert task["last_comment"] == {}
    assert task["assignees"] == [production.art.id]
    assert "episode_ids" not in task
    assert production.moe.get(f"/data/persons/{production.art.id}/done-tasks") == []
    production.moe.put(production.path, {"task_status_id": production.done()})
    assert len(production.moe.get(f"/data/persons/{production.art.id}/done-tasks")) == 1
    assert production.moe.get(f"/data/persons/{production.art.id}/tasks") == []


def test_the_task_of_an_asset_names_the_episodes_that_cast_it(production: Production) -> None:
    asset = production.studio.entity("Prop", "Lamp", production.project)
    production.studio.add(EntityLink, entity_in_id=production.episode["id"], entity_out_id=asset["id"])
    production.studio.task(asset, production.studio.task_type("Modeling"), assignees=[production.bob])
    [task] = production.moe.get(f"/data/persons/{production.bob.id}/tasks")
    assert task["episode_names"] == ["E01"]
    assert task["episode_ids"] == [production.episode["id"]]
    assert task["episode_id"] == ""


def test_vendors_and_clients_do_not_look_into_the_lists_of_others(production: Production) -> None:
    path = f"/data/persons/{production.art.id}/tasks"
    production.vic.get(path, status=403)
    assert production.clo.get(path) == []
    assert production.kim.get(path) == []
    assign(production.moe, production.task, production.vic)
    assert len(production.vic.get(f"/data/persons/{production.vic.id}/tasks")) == 1


def test_related_tasks_stand_on_what_somebody_works_on(production: Production) -> None:
    layout = production.studio.task(production.shot, production.layout)
    base = f"/data/persons/{production.art.id}/related-tasks"
    assert [row["id"] for row in production.bob.get(f"{base}/{production.layout['id']}")] == [layout["id"]]
    assert production.kim.get(f"{base}/{production.layout['id']}") == []
    production.bob.get(f"{base}/nonsense", status=404)


def test_a_full_task_shows_what_it_stands_in_and_artists_no_salaries(production: Production) -> None:
    with production.studio.tracker.work() as work:
        work.update(Person, production.art.id, daily_salary=200, phone="123")
    full = production.moe.get(f"{production.path}/full")
    assert (full["sequence"]["name"], full["episode"]["name"]) == ("SQ01", "E01")
    assert full["persons"][0]["daily_salary"] == 200
    assert full["is_subscribed"] is False
    assert "assigner" not in full
    seen = production.bob.get(f"{production.path}/full")["persons"][0]
    assert (seen["daily_salary"], seen["phone"], seen["email"]) == (None, None, None)


def test_the_tasks_of_a_type_on_an_entity(production: Production) -> None:
    base = f"/data/entities/{production.shot['id']}/task-types"
    assert len(production.bob.get(f"{base}/{production.animation['id']}/tasks")) == 1
    production.vic.get(f"{base}/{production.animation['id']}/tasks", status=403)


# --- the board ---


def test_the_board_filters_and_sums(production: Production) -> None:
    layout = production.studio.task(production.shot, production.layout, estimation=60, start_date="2026-03-02T00:00:00")
    for query, ids in (
        ("", [production.task["id"], layout["id"]]),
        (f"task_type_id={production.layout['id']}", [layout["id"]]),
        (f"person_id={production.art.id},{production.bob.id}", [production.task["id"]]),
        ("person_id=unassigned", [layout["id"]]),
        (f"department_id={production.department['id']}", [production.task["id"]]),
        ("start_date=2026-03-01", [layout["id"]]),
        ("start_date=2026-03-03", []),
    ):
        board = production.bob.get(f"/data/tasks/open-tasks?{query}")
        assert [task["id"] for task in board["data"]] == ids, query
        assert board["stats"]["total"] == len(ids)
    for query in ("person_id=x", "project_id=x", "due_date=x", "page=x"):
        production.bob.get(f"/data/tasks/open-tasks?{query}", status=400)
    assert production.vic.get("/data/tasks/open-tasks")["data"] == []
    figures = production.bob.get("/data/tasks/open-tasks/stats")[production.project["id"]]
    assert (figures["amount"], figures["total_estimation"], len(figures["task_types"])) == (2, 60, 2)


def test_concepts_are_on_the_board_only_when_asked_for(production: Production) -> None:
    sketch = production.studio.task_type("Sketch", for_entity="Concept")
    production.studio.task(production.studio.entity("Concept", "Idea", production.project), sketch, duration=30)
    board = production.bob.get("/data/tasks/open-tasks")
    assert (len(board["data"]), board["stats"]["total"], board["stats"]["total_duration"]) == (1, 1, 30)
    assert len(production.bob.get(f"/data/tasks/open-tasks?task_type_id={sketch['id']}")["data"]) == 1


def test_planners_see_when_people_are_busy_elsewhere_but_not_with_what(production: Production) -> None:
    other = production.studio.project("Other", team=[production.kim])
    for number, (start, due) in enumerate((("02", "04"), ("04", "06"), ("10", "11"))):
        production.studio.task(
            production.studio.entity("Shot", f"SH{number}", other),
            assignees=[production.bob],
            start_date=f"2026-03-{start}T00:00:00",
            due_date=f"2026-03-{due}T00:00:00",
        )
    found = {row["person_id"]: row for row in production.moe.get("/data/persons/task-dates")}
    assert found[production.bob.id] == {
        "person_id": production.bob.id,
        "min_date": None,
        "max_date": None,
        "busy_periods": [
            {"start_date": "2026-03-02 00:00:00", "end_date": "2026-03-06 00:00:00"},
            {"start_date": "2026-03-10 00:00:00", "end_date": "2026-03-11 00:00:00"},
        ],
    }
    assert found[production.art.id]["min_date"] is None
    own = {row["person_id"]: row for row in production.kim.get(f"/data/persons/task-dates?project_id={other['id']}")}
    assert own[production.bob.id]["max_date"] == "2026-03-11 00:00:00"
    production.moe.get(f"/data/persons/task-dates?project_id={other['id']}", status=403)


# --- time ---


def test_time_is_logged_by_assignees_and_their_managers(production: Production) -> None:
    day = f"/actions/tasks/{production.task['id']}/time-spents/2026-03-02"
    path = f"{day}/persons/{production.art.id}"
    names = production.heard()
    assert production.art.post(path, {"duration": 60})["duration"] == 60
    assert names == ["person:update", "time-spent:new", "task:update"]
    assert production.moe.post(f"{path}/add", {"duration": "30"})["duration"] == 90
    assert production.moe.get(production.path)["duration"] == 90
    for who in (production.sue, production.bob):
        who.post(path, {"duration": 1}, status=403)
    production.admin.post(f"{day}/persons/{production.bob.id}", {"duration": 1}, status=403)
    production.art.post(path, {"duration": 0}, status=400)
    assert production.bob.get(day)["total"] == 90
    assert production.art.delete(path, status=201)["duration"] == 0
    assert production.bob.get(f"/actions/tasks/{production.task['id']}/time-spents") == {"total": 0}
    production.art.delete(path, status=404)


# --- previews ---


def test_previews_of_a_comment_share_a_revision(production: Production) -> None:
    base = f"/actions/tasks/{production.task['id']}/comments"
    comments = [
        production.moe.post(
            f"/actions/tasks/{production.task['id']}/comment",
            {"task_status_id": production.task["task_status_id"]},
        )["id"]
        for _ in range(3)
    ]
    added = [
        production.art.post(f"{base}/{comment}/add-preview", body)
        for comment, body in (
            (comments[0], {}),
            (comments[0], {}),
            (comments[1], {}),
            (comments[2], {"revision": 0}),
        )
    ]
    places = [(preview["revision"], preview["position"]) for preview in added]
    assert places == [(1, 1), (1, 2), (2, 1), (0, 1)]
    assert added[0]["comments"] == [comments[0]]
    assert added[0]["status"] == "processing"
    extra = production.art.post(f"{base}/{comments[1]}/preview-files/{added[2]['id']}")
    assert (extra["revision"], extra["position"]) == (2, 2)
    taken = production.moe.post(
        f"/actions/tasks/{production.task['id']}/comment", {"task_status_id": production.task["task_status_id"]}
    )
    production.art.post(f"{base}/{taken['id']}/add-preview", {"revision": 2}, status=400)
    production.art.delete(f"{base}/{comments[0]}/preview-files/{added[2]['id']}", status=404)
    production.bob.delete(f"{base}/{comments[0]}/preview-files/{added[0]['id']}", status=403)
    production.art.delete(f"{base}/{comments[0]}/preview-files/{added[0]['id']}")
    assert [row["revision"] for row in production.bob.get(f"{production.path}/previews")] == [2, 2, 1, 0]
    entity = production.art.put(f"/actions/tasks/{production.task['id']}/set-main-preview")
    assert entity["preview_file_id"] == added[2]["id"]
    production.clo.put(f"/actions/tasks/{production.task['id']}/set-main-preview", status=403)


def test_a_project_may_have_one_preview_a_revision(production: Production) -> None:
    with production.studio.tracker.work() as work:
        work.update(Project, production.project["id"], is_single_preview_per_revision=True)
    comment = production.moe.post(
        f"/actions/tasks/{production.task['id']}/comment", {"task_status_id": production.task["task_status_id"]}
    )
    path = f"/actions/tasks/{production.task['id']}/comments/{comment['id']}/add-preview"
    production.art.post(path)
    production.art.post(path, status=400)


# --- types and statuses ---


def test_a_task_type_in_use_goes_only_when_forced(production: Production) -> None:
    paint = production.studio.task_type("Paint")
    production.enable(paint)
    production.studio.add(ScheduleItem, project_id=production.project["id"], task_type_id=paint["id"])
    path = f"/data/task-types/{paint['id']}"
    assert "schedule items and projects" in production.admin.delete(path, status=400)["message"]
    production.admin.delete(f"{path}?force=true")
    production.enable(production.animation)
    production.admin.delete(f"/data/task-types/{production.animation['id']}?force=true", status=400)
    assert len(production.rows(ProjectTaskTypeLink)) == 1


def test_task_types_have_names_of_their_own(production: Production) -> None:
    layout = {"name": "Layout", "color": "#000000", "for_entity": "Shot"}
    production.admin.post("/data/task-types", layout, status=400)
    path = f"/data/task-types/{production.animation['id']}"
    production.admin.put(path, {"name": "Layout"}, status=400)
    production.admin.put(path, {"name": "Animation", "for_entity": "Shot", "color": "#8D6E64"})
    assert len(production.rows(TaskType)) == 2


def test_a_name_stands_for_a_task_type_of_each_kind(production: Production) -> None:
    ours = production.admin.post("/data/task-types", {"name": "Layout", "color": "#000000"})
    assert ours["for_entity"] == "Asset"
    production.admin.post("/data/task-types", {"name": "Layout", "color": "#000000"}, status=400)
    path = f"/data/task-types/{ours['id']}"
    assert (
        production.admin.put(path, {"name": "Layout", "for_entity": "Asset", "color": "#ffffff"})["color"] == "#ffffff"
    )
    production.admin.put(path, {"for_entity": "Shot"}, status=400)
    production.admin.put(path, {"for_entity": "Edit"})


def test_there_is_one_first_status_and_one_for_concepts(production: Production) -> None:
    neutral = production.admin.post(
        "/data/task-status",
        {"name": "Neutral", "short_name": "n", "color": "#000000", "for_concept": True, "is_default": True},
    )
    ready = production.admin.post(
        "/data/task-status", {"name": "Ready", "short_name": "r", "color": "#000000", "is_default": True}
    )
    defaults = {row["id"] for row in production.rows(TaskStatus) if row["is_default"]}
    assert defaults == {neutral["id"], ready["id"]}
