"""Who left a team, or has another role in it than in the studio: what they still reach."""

from typing import Any

import pytest
from productions_apart import Apart
from studio import Member, Studio

from kitsulite.models.files import FileStatus, OutputFile, OutputType
from kitsulite.models.reviews import Comment, Notification, Playlist
from kitsulite.models.tasks import Task, TaskPersonLink, TaskStatus
from kitsulite.storage import Row


@pytest.fixture
def apart(studio: Studio) -> Apart:
    return Apart(studio)


def say(who: Member, task: Any, text: str, **more: Any) -> Any:
    body = {"task_status_id": task["task_status_id"], "comment": text, **more}
    return who.post(f"/actions/tasks/{task['id']}/comment", body)


def output_of(apart: Apart, entity: Row) -> Row:
    kind = apart.studio.add(OutputType, name="Geo", short_name="geo")
    status = apart.studio.add(FileStatus, name="OK", color="#000000")
    links = {"output_type_id": kind["id"], "file_status_id": status["id"], "entity_id": entity["id"]}
    return apart.studio.add(OutputFile, name="x", revision=1, **links)


def talk_of(who: Member) -> str:
    return who.call("GET", "/data/user/notifications").text


# --- who left ---


@pytest.fixture
def gone(apart: Apart) -> Any:
    """Bob's own comment and reply, and Meg's comment; then Bob left."""
    task, shot = apart.theirs.task, apart.theirs.shot["id"]
    apart.bob.post(f"/actions/user/chats/{shot}/join", status=200)
    own = say(apart.bob, task, "mine")
    hers = say(apart.meg, task, "hers @Bob Test")
    reply = apart.bob.post(f"/data/tasks/{task['id']}/comments/{hers['id']}/reply", {"text": "yes"}, status=200)
    assert "hers" in talk_of(apart.bob)
    assert [chat["object_id"] for chat in apart.bob.get("/data/user/chats")] == [shot]
    apart.meg.delete(f"/data/projects/{apart.theirs.project['id']}/team/{apart.bob.id}")
    return {"own": own["id"], "hers": hers["id"], "reply": reply["id"]}


def test_who_left_changes_nothing_of_their_own_talk(apart: Apart, gone: Any) -> None:
    of_task = f"/data/tasks/{apart.theirs.task['id']}/comments"
    apart.bob.delete(f"/data/comments/{gone['own']}", status=403)
    apart.bob.delete(f"{of_task}/{gone['own']}", status=403)
    apart.bob.delete(f"{of_task}/{gone['hers']}/reply/{gone['reply']}", status=403)
    apart.bob.post(f"{of_task}/{gone['own']}/reply", {"text": "more"}, status=403)
    path = f"/actions/tasks/{apart.theirs.task['id']}/comments/{gone['own']}/add-attachment"
    assert apart.bob.form(path, {}, {"file": ("x.txt", b"x", "text/plain")}).status == 403
    said = {comment["id"]: comment for comment in apart.meg.get(of_task)}
    assert said[gone["own"]]["attachment_files"] == []
    assert len(said[gone["hers"]]["replies"]) == 1


def test_who_left_logs_no_time(apart: Apart, gone: Any) -> None:
    path = f"/actions/tasks/{apart.theirs.task['id']}/time-spents/2026-11-02/persons/{apart.bob.id}"
    apart.bob.post(path, {"duration": 60}, status=403)
    apart.bob.post(f"{path}/add", {"duration": 60}, status=403)
    apart.meg.post(path, {"duration": 60})


def test_who_left_changes_no_output_of_their_entity(apart: Apart, gone: Any) -> None:
    output = output_of(apart, apart.theirs.shot)
    apart.bob.put(f"/data/output-files/{output['id']}", {"comment": "x"}, status=403)


def test_who_left_hears_nothing_more(apart: Apart, gone: Any) -> None:
    say(apart.meg, apart.theirs.task, "afterwards @Bob Test")
    reply = f"/data/tasks/{apart.theirs.task['id']}/comments/{gone['hers']}/reply"
    apart.meg.post(reply, {"text": "afterwards"}, status=200)
    with apart.studio.tracker.work(writes=False) as work:
        told = work.db.count(Notification.select(Notification.id).where(Notification.person_id == apart.bob.id))
    assert told == 2, "of what was said before: a comment and a mention"
    assert apart.bob.get("/data/user/notifications") == []
    assert apart.bob.get("/data/user/context")["notification_count"] == 0
    assert apart.bob.get("/data/user/chats") == []


def test_what_was_told_before_is_not_shown_to_who_left(apart: Apart, gone: Any) -> None:
    with apart.studio.tracker.work(writes=False) as work:
        [told, *_] = work.db.values(Notification.select(Notification.id).where(Notification.person_id == apart.bob.id))
    apart.bob.get(f"/data/user/notifications/{told}", status=404)
    apart.bob.put(f"/data/user/notifications/{told}", {"read": True}, status=404)
    apart.studio.join(apart.theirs.project, apart.bob)
    assert "hers" in apart.bob.call("GET", f"/data/user/notifications/{told}").text


def test_who_left_finds_no_work_of_theirs_there(apart: Apart, gone: Any) -> None:
    theirs = apart.theirs
    project = f"/data/user/projects/{theirs.project['id']}"
    paths = [
        f"/data/user/assets/{theirs.asset['id']}/tasks",
        f"/data/user/shots/{theirs.shot['id']}/tasks",
        f"/data/user/shots/{theirs.shot['id']}/task-types",
        f"/data/user/sequences/{theirs.sequence['id']}/shots",
        f"{project}/sequences",
        f"{project}/episodes",
        f"{project}/asset-types",
        f"{project}/asset-types/{theirs.asset['entity_type_id']}/assets",
    ]
    assert [apart.bob.get(path) for path in paths] == [[]] * len(paths)
    apart.studio.join(theirs.project, apart.bob)
    assert all(apart.bob.get(path) for path in paths)


def test_a_vendor_who_left_lists_no_tasks(apart: Apart) -> None:
    apart.studio.link(TaskPersonLink, task_id=apart.theirs.task["id"], person_id=apart.vic.id)
    assert apart.vic.get("/data/preview-files") == []
    assert apart.theirs.task["id"] not in apart.vic.call("GET", "/data/tasks").text


# --- what clients and vendors hear ---


def test_a_client_hears_only_of_what_they_may_read(apart: Apart) -> None:
    task = apart.ours.task
    apart.clo.post(f"/actions/user/tasks/{task['id']}/subscribe")
    inner = say(apart.art, task, "INNER @Clo Test")
    apart.moe.post(f"/data/tasks/{task['id']}/comments/{inner['id']}/reply", {"text": "INNER @Clo Test"}, status=200)
    assert apart.clo.get("/data/user/notifications") == []
    say(apart.moe, task, "OUTER", for_client=True)
    assert [row["comment_text"] for row in apart.clo.get("/data/user/notifications")] == ["OUTER"]


def test_what_is_no_longer_for_clients_is_no_longer_shown_to_them(apart: Apart) -> None:
    apart.clo.post(f"/actions/user/tasks/{apart.ours.task['id']}/subscribe")
    comment = say(apart.moe, apart.ours.task, "OUTER", for_client=True)
    assert "OUTER" in talk_of(apart.clo)
    apart.moe.put(f"/data/comments/{comment['id']}", {"for_client": False})
    assert apart.clo.get("/data/user/notifications") == []


@pytest.mark.parametrize("isolated", [False, True])
def test_clients_hear_of_each_other_unless_they_are_isolated(apart: Apart, isolated: bool) -> None:
    other = apart.studio.person("Cy", role="client")
    apart.studio.join(apart.ours.project, other)
    apart.moe.put(f"/data/projects/{apart.ours.project['id']}", {"is_clients_isolated": isolated})
    status = apart.studio.add(TaskStatus, name="Seen", short_name="seen", color="#000000", is_client_allowed=True)
    apart.clo.post(f"/actions/user/tasks/{apart.ours.task['id']}/subscribe")
    say(other, apart.ours.task, "OTHERS", task_status_id=status["id"])
    assert ("OTHERS" in talk_of(apart.clo)) is not isolated
    assert len(apart.clo.get("/data/user/notifications")) == (0 if isolated else 1)


def test_a_vendor_hears_nothing_of_shots_that_are_not_theirs(apart: Apart) -> None:
    ours = apart.ours
    apart.studio.task(ours.sequence, apart.studio.task_type("Cut", for_entity="Sequence"), assignees=[apart.vic])
    path = f"/actions/user/sequences/{ours.sequence['id']}/task-types/{ours.task['task_type_id']}/subscribe"
    apart.vic.post(path)
    say(apart.art, ours.task, "INNER @Vic Test")
    assert apart.vic.get("/data/user/notifications") == []
    apart.studio.link(TaskPersonLink, task_id=ours.task["id"], person_id=apart.vic.id)
    say(apart.art, ours.task, "TO ALL")
    assert "TO ALL" in talk_of(apart.vic)


@pytest.mark.parametrize(("role", "place"), [("user", None), ("manager", "user"), ("user", "vendor")])
def test_of_what_a_client_says_artists_and_vendors_of_the_team_hear_no_text(
    apart: Apart, role: str, place: str | None
) -> None:
    worker, speaker = apart.studio.person("Wanda", role), apart.studio.person("Cleo")
    apart.studio.join(apart.ours.project, worker, place)
    apart.studio.join(apart.ours.project, speaker, "client")
    apart.studio.link(TaskPersonLink, task_id=apart.ours.task["id"], person_id=worker.id)
    status = apart.studio.add(TaskStatus, name="Seen", short_name="seen", color="#000000", is_client_allowed=True)
    said = say(speaker, apart.ours.task, "OUTSIDE", task_status_id=status["id"])
    path = f"/data/tasks/{apart.ours.task['id']}/comments/{said['id']}/reply"
    apart.moe.post(path, {"text": "INSIDE"}, status=200)
    texts = [(row["comment_text"], row["reply_text"]) for row in worker.get("/data/user/notifications")]
    assert texts == [("", ""), ("", "")]


def test_who_may_not_read_a_comment_does_not_answer_it(apart: Apart) -> None:
    inner = say(apart.art, apart.ours.task, "INNER")
    path = f"/data/tasks/{apart.ours.task['id']}/comments/{inner['id']}/reply"
    apart.clo.post(path, {"text": "x"}, status=403)
    apart.moe.put(f"/data/comments/{inner['id']}", {"for_client": True})
    reply = apart.clo.post(path, {"text": "x"}, status=200)
    apart.moe.put(f"/data/comments/{inner['id']}", {"for_client": False})
    apart.clo.delete(f"{path}/{reply['id']}", status=403)


@pytest.mark.parametrize("role", ["client", "manager", "supervisor", "user"])
def test_the_last_comment_in_lists_is_one_that_a_client_may_read(apart: Apart, role: str) -> None:
    client = apart.clo if role == "client" else apart.studio.person("Cleo", role)
    if role != "client":
        apart.studio.join(apart.ours.project, client, "client")
    apart.studio.link(TaskPersonLink, task_id=apart.ours.task["id"], person_id=client.id)
    status = apart.studio.add(TaskStatus, name="Check", short_name="chk", color="#000000", is_feedback_request=True)
    say(apart.moe, apart.ours.task, "OUTER", for_client=True)
    say(apart.moe, apart.ours.task, "INNER", task_status_id=status["id"])
    lists = ("/data/user/tasks", "/data/user/tasks-to-check", f"/data/persons/{apart.art.id}/tasks")
    assert not any("INNER" in client.call("GET", path).text for path in lists)
    [own] = client.get("/data/user/tasks")
    assert own["last_comment"]["text"] == "OUTER"
    assert apart.art.get("/data/user/tasks")[0]["last_comment"]["text"] != "OUTER"


# --- the role in the team, where it is another than in the studio ---


@pytest.fixture
def lent(apart: Apart) -> Member:
    """An artist of the studio who is a vendor in our team, without a task."""
    person = apart.studio.person("Lena")
    apart.studio.join(apart.ours.project, person, "vendor")
    return person


def test_a_vendor_of_the_team_lists_only_their_own(apart: Apart, lent: Member) -> None:
    ours = apart.ours
    output_of(apart, ours.shot)
    lists = (
        "/data/tasks",
        "/data/preview-files",
        "/data/output-files",
        f"/data/persons/{apart.art.id}/tasks",
        f"/data/persons/{apart.art.id}/related-tasks/{ours.task['task_type_id']}",
    )
    assert [lent.get(path) for path in lists] == [[]] * len(lists)
    apart.studio.link(TaskPersonLink, task_id=ours.task["id"], person_id=lent.id)
    assert all(len(lent.get(path)) == 1 for path in lists)


def test_a_vendor_of_the_team_sees_no_playlists(apart: Apart, lent: Member) -> None:
    assert lent.get("/data/playlists") == []
    lent.get(f"/data/projects/{apart.ours.project['id']}/playlists", status=403)


def test_a_client_of_the_team_lists_the_playlists_for_clients(apart: Apart) -> None:
    client = apart.studio.person("Cleo", "manager")
    apart.studio.join(apart.ours.project, client, "client")
    assert client.get("/data/playlists") == []
    apart.studio.store(Playlist, apart.ours.playlist["id"], for_client=True)
    assert [row["id"] for row in client.get("/data/playlists")] == [apart.ours.playlist["id"]]


@pytest.mark.parametrize("place", ["client", "vendor"])
def test_a_studio_manager_who_is_a_guest_of_the_team_gets_nothing_of_its_sheets(apart: Apart, place: str) -> None:
    lou = apart.studio.person("Lou", "manager")
    apart.studio.join(apart.ours.project, lou, place)
    day = f"/actions/tasks/{apart.ours.task['id']}/time-spents/2026-11-02/persons/{apart.art.id}"
    apart.art.post(day, {"duration": 60})
    project = apart.ours.project["id"]
    for path in ("/export/csv/tasks.csv", "/export/csv/time-spents.csv", "/data/events/last?limit=500"):
        answer = lou.call("GET", path)
        assert answer.status == 200
        assert "Ours" not in answer.text
        assert project not in answer.text
    lou.get(f"/data/events/last?project_id={project}", status=403)
    lou.get(f"/data/persons/task-dates?project_id={project}", status=403)
    assert apart.art.id not in {row["person_id"] for row in lou.get("/data/persons/task-dates") if row["min_date"]}
    assert "Ours" in apart.moe.call("GET", "/export/csv/tasks.csv").text
    assert "Ours" in apart.moe.call("GET", "/export/csv/time-spents.csv").text


@pytest.mark.parametrize("place", ["client", "vendor", "user"])
def test_a_studio_supervisor_who_oversees_nothing_in_the_team_sees_nobodys_time(apart: Apart, place: str) -> None:
    sam = apart.studio.person("Sam", "supervisor")
    apart.studio.join(apart.ours.project, sam, place)
    day = f"/actions/tasks/{apart.ours.task['id']}/time-spents/2026-11-02/persons/{apart.art.id}"
    apart.art.post(day, {"duration": 60})
    of_day = f"/data/persons/{apart.art.id}/time-spents/2026-11-02"
    assert sam.get(of_day) == []
    assert sam.get("/data/persons/time-spents/year-table") == {}
    assert sam.get("/data/user/tasks-to-check") == []
    assert len(apart.sue.get(of_day)) == 1


# --- who gives tasks to whom ---


@pytest.mark.parametrize("who", ["vic", "clo"])
def test_neither_vendors_nor_clients_take_tasks(apart: Apart, who: str) -> None:
    caller = getattr(apart, who)
    department = apart.studio.department("Layout", caller, apart.pal)
    task = apart.studio.task(apart.ours.shot, apart.studio.task_type("Layout", department))
    caller.put(f"/actions/tasks/{task['id']}/assign", {"person_id": caller.id}, status=403)
    assert caller.put(f"/actions/persons/{caller.id}/assign", {"task_ids": [task["id"]]}) == []
    assert apart.studio.row(Task, task["id"])["assignees"] == []
    apart.pal.put(f"/actions/tasks/{task['id']}/assign", {"person_id": apart.pal.id})


def test_a_supervisor_brings_nobody_into_the_team(apart: Apart) -> None:
    path = f"/actions/tasks/{apart.ours.task['id']}/assign"
    apart.sue.put(path, {"person_id": apart.bob.id}, status=403)
    assert apart.sue.put(f"/actions/persons/{apart.bob.id}/assign", {"task_ids": [apart.ours.task["id"]]}) == []
    apart.bob.get(f"/data/projects/{apart.ours.project['id']}", status=403)
    apart.sue.put(path, {"person_id": apart.pal.id})
    apart.moe.put(path, {"person_id": apart.bob.id})
    apart.bob.get(f"/data/projects/{apart.ours.project['id']}")


# --- what is said where ---


def test_hashtags_carry_nothing_to_tasks_on_which_one_may_not_speak(apart: Apart) -> None:
    own = apart.studio.task(apart.ours.shot, apart.studio.task_type("Layout"), assignees=[apart.vic])
    other = apart.studio.task(apart.ours.shot, apart.studio.task_type("Lighting"))
    for tag in ("#lighting", "#all"):
        say(apart.vic, own, f"{tag} look")
    assert apart.moe.get(f"/data/tasks/{other['id']}/comments") == []
    say(apart.moe, own, "#lighting look")
    assert len(apart.moe.get(f"/data/tasks/{other['id']}/comments")) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"checklist": [1, "x", []]},
        {"checklist": [{"text": "x", "checked": {"a": 1}}]},
        {"checklist": [{"text": ["x"], "checked": True}]},
        {"links": ["javascript:alert(1)"]},
        {"links": [" java\nscript:alert(1)"]},
        {"links": ["data:text/html,x"]},
        {"links": [5]},
    ],
)
def test_a_comment_holds_nothing_of_another_form(apart: Apart, more: Any) -> None:
    task = apart.ours.task
    body = {"task_status_id": task["task_status_id"], "comment": "x", **more}
    assert apart.art.call("POST", f"/actions/tasks/{task['id']}/comment", body).status == 400
    batch = {"comments": [{**body, "text": "x", "task_id": task["id"]}]}
    assert apart.art.call("POST", "/actions/tasks/batch-comment", batch).status == 400
    assert apart.art.call("PUT", f"/data/comments/{apart.ours.comment['id']}", more).status == 400
    apart.art.put(f"/data/comments/{apart.ours.comment['id']}", {"links": "https://studio.test"}, status=400)
    fine = {"checklist": [{"text": "x", "checked": True}], "links": ["https://studio.test/data:x"]}
    comment = say(apart.art, task, "x", **fine)
    assert apart.studio.row(Comment, comment["id"])["links"] == fine["links"]


@pytest.mark.parametrize("value", ["x", 5, [1]])
def test_the_data_of_comments_and_people_is_an_object(apart: Apart, value: Any) -> None:
    for path in (f"/data/comments/{apart.ours.comment['id']}", f"/data/persons/{apart.art.id}"):
        apart.ada.put(path, {"data": value}, status=400)
        apart.ada.put(path, {"data": {"a": value}})
        apart.ada.put(path, {"data": None})


# --- what was shared ---


@pytest.mark.parametrize("place", ["gone", "client"])
def test_who_manages_no_more_changes_nothing_that_is_shared(apart: Apart, place: str) -> None:
    project = apart.ours.project["id"]
    shared = {"list_type": "shot", "project_id": project, "is_shared": True, "query": "x", "name": "Mine"}
    group = apart.moe.post("/data/user/filter-groups", {**shared, "color": "#000000"})
    found = apart.moe.post("/data/user/filters", {**shared, "search_filter_group_id": group["id"]})
    rows = [f"/data/user/filter-groups/{group['id']}", f"/data/user/filters/{found['id']}"]
    for path in rows:
        apart.moe.put(path, {"name": "Ours"})
    if place == "gone":
        apart.ada.delete(f"/data/projects/{project}/team/{apart.moe.id}")
    else:
        apart.ada.put(f"/data/projects/{project}/team/{apart.moe.id}", {"role": place})
    for path in rows:
        apart.moe.put(path, {"name": "Mine again"}, status=403)
        apart.moe.delete(path, status=403)
    assert "Ours" in apart.art.call("GET", "/data/user/filters").text
    private = apart.moe.post("/data/user/filters", {**shared, "is_shared": False})
    apart.moe.put(f"/data/user/filters/{private['id']}", {"name": "Only mine"})
    apart.moe.delete(f"/data/user/filters/{private['id']}")
    for path in reversed(rows):
        apart.ada.put(path, {"name": "Theirs"})
        apart.ada.delete(path)
