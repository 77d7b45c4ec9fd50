"""The feed of news (docs/api/tasks.md)."""

from dataclasses import dataclass
from typing import Any

import peewee
import pytest
from studio import Member, Studio

from kitsulite.areas.studio import transfer
from kitsulite.models import new_id
from kitsulite.models.productions import Project
from kitsulite.models.reviews import Comment, News, PreviewFile
from kitsulite.models.tasks import Task, TaskStatus
from kitsulite.storage import Row


@dataclass
class Desk:
    """A studio with one project, a shot in a sequence of an episode, and an animator who works on it."""

    studio: Studio
    ann: Member
    art: Member
    project: Row
    episode: Row
    shot: Row
    task: Row
    minutes: int = 0

    def say(
        self, task: Row | None = None, author: Member | None = None, *, change: bool = False, **comment: Any
    ) -> Row:
        """A comment that becomes news, a minute after the last."""
        task, author = task or self.task, author or self.art
        self.minutes += 1
        moment = f"2024-01-01T10:{self.minutes:02}:00.000000"
        status = {"task_status_id": task["task_status_id"], "person_id": author.id}
        said = self.studio.add(Comment, **{"object_id": task["id"], "object_type": "Task", **status, **comment})
        return self.studio.add(
            News,
            task_id=task["id"],
            comment_id=said["id"],
            author_id=author.id,
            change=change,
            created_at=moment,
            preview_file_id=comment.get("preview_file_id"),
        )

    @property
    def feed(self) -> str:
        return f"/data/projects/{self.project['id']}/news"


@pytest.fixture
def desk(studio: Studio) -> Desk:
    ann, art = studio.person("Ann", "admin"), studio.person("Art")
    project = studio.project("Bunny", team=[art])
    episode = studio.entity("Episode", "E01", project)
    sequence = studio.entity("Sequence", "SQ01", project, episode)
    shot = studio.entity("Shot", "SH01", project, sequence)
    return Desk(studio, ann, art, project, episode, shot, studio.task(shot, assignees=[art]))


def ids(feed: Any) -> list[str]:
    return [item["id"] for item in feed["data"]]


def test_a_piece_of_news_says_what_it_is_about(desk: Desk) -> None:
    news = desk.say(change=True)
    (item,) = desk.art.get(desk.feed)["data"]
    assert item == {
        "id": news["id"],
        "type": "News",
        "author_id": desk.art.id,
        "comment_id": news["comment_id"],
        "task_id": desk.task["id"],
        "task_type_id": desk.task["task_type_id"],
        "task_status_id": desk.task["task_status_id"],
        "task_entity_id": desk.shot["id"],
        "preview_file_id": None,
        "preview_file_extension": None,
        "preview_file_revision": None,
        "project_id": desk.project["id"],
        "project_name": "Bunny",
        "created_at": "2024-01-01T10:01:00",
        "change": True,
        "full_entity_name": "E01 / SQ01 / SH01",
        "episode_id": desk.episode["id"],
        "entity_preview_file_id": None,
        "person": {
            "id": desk.art.id,
            "first_name": "Art",
            "last_name": "Test",
            "full_name": "Art Test",
            "has_avatar": False,
            "role": "user",
        },
    }
    assert desk.art.get(f"{desk.feed}/{news['id']}") == item


@pytest.mark.parametrize(
    ("kind", "parent", "name", "episode"),
    [
        ("Shot", None, "SH02", None),
        ("Shot", "alone", "SQ09 / SH02", None),
        ("Sequence", "episode", "E01 / SH02", "episode"),
        ("Sequence", None, "SH02", None),
        ("Episode", None, "SH02", "itself"),
        ("Props", None, "Props / SH02", "source"),
        ("Edit", "episode", "Edit / SH02", None),
    ],
)
def test_an_entity_is_named_by_where_it_stands(
    desk: Desk, kind: str, parent: str | None, name: str, episode: str | None
) -> None:
    parents = {"episode": desk.episode, "alone": desk.studio.entity("Sequence", "SQ09", desk.project)}
    source = {"source_id": desk.episode["id"]} if episode == "source" else {}
    entity = desk.studio.entity(kind, "SH02", desk.project, parents[parent] if parent else None, **source)
    desk.say(desk.studio.task(entity))
    (item,) = desk.ann.get(desk.feed)["data"]
    assert item["full_entity_name"] == name
    expected = {None: None, "itself": entity["id"], "episode": desk.episode["id"], "source": desk.episode["id"]}
    assert item["episode_id"] == expected[episode]


def test_news_come_in_pages_latest_first(desk: Desk) -> None:
    said = [desk.say()["id"] for _ in range(5)][::-1]
    first = desk.ann.get(f"{desk.feed}?limit=2")
    assert ids(first) == said[:2]
    assert {key: first[key] for key in ("total", "nb_pages", "limit", "offset", "page")} == {
        "total": 5,
        "nb_pages": 3,
        "limit": 2,
        "offset": 0,
        "page": 1,
    }
    assert ids(desk.ann.get(f"{desk.feed}?limit=2&page=3")) == said[4:]
    assert ids(desk.ann.get(f"{desk.feed}?limit=2&page=4")) == []
    assert desk.ann.get(desk.feed)["limit"] == 50


def test_a_page_below_the_first_is_the_first(desk: Desk) -> None:
    said = desk.say()["id"]
    for query in ("page=0", "page=-3", "limit=-1"):
        assert ids(desk.ann.get(f"{desk.feed}?{query}")) == [said]
    assert desk.ann.get(f"{desk.feed}?page=x", status=400)["message"] == "page must be an integer."


def test_the_feed_counts_the_statuses_that_were_newly_given(desk: Desk) -> None:
    desk.say(change=True)
    desk.say(change=True)
    desk.say()
    desk.studio.add(News, task_id=desk.task["id"], author_id=desk.art.id, change=True)
    found = desk.ann.get(f"{desk.feed}?limit=1")
    assert (found["total"], found["stats"]) == (4, {desk.task["task_status_id"]: 2})


def test_news_are_chosen_by_type_status_author_episode_and_time(desk: Desk) -> None:
    modeling = desk.studio.task_type("Modeling")
    asset_task = desk.studio.task(desk.studio.entity("Props", "Lamp", desk.project), modeling)
    in_shot = desk.say(change=True)["id"]
    on_asset = desk.say(asset_task, desk.ann)["id"]
    assert ids(desk.ann.get(f"{desk.feed}?task_type_id={modeling['id']}")) == [on_asset]
    assert ids(desk.ann.get(f"{desk.feed}?person_id={desk.art.id.upper()}")) == [in_shot]
    assert ids(desk.ann.get(f"{desk.feed}?episode_id={desk.episode['id']}")) == [in_shot]
    assert ids(desk.ann.get(f"{desk.feed}?task_status_id={desk.task['task_status_id']}")) == [on_asset, in_shot]
    assert ids(desk.ann.get(f"{desk.feed}?task_status_id={new_id()}")) == []
    assert ids(desk.ann.get(f"{desk.feed}?after=2024-01-01T10:01:00")) == [on_asset]
    assert ids(desk.ann.get(f"{desk.feed}?before=2024-01-01T10:02:00")) == [in_shot]
    assert desk.ann.get(f"{desk.feed}?person_id={desk.ann.id}")["stats"] == {}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("only_preview=maybe", "Wrong value for parameter only_preview."),
        ("task_type_id=x", "Wrong UUID format."),
        ("episode_id=x", "Wrong UUID format."),
        ("after=x", "Wrong date format for before argument.Expected format: 2020-01-05T13:23:10 or 2020-01-05"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(desk: Desk, query: str, message: str) -> None:
    assert desk.ann.get(f"{desk.feed}?{query}", status=400)["message"] == message


def test_news_of_previews_show_the_whole_revision(desk: Desk) -> None:
    def preview(position: int, revision: int = 2) -> Row:
        values = {"task_id": desk.task["id"], "revision": revision, "position": position, "extension": "png"}
        return desk.studio.add(PreviewFile, name=f"v{revision} {position}", **values)

    second, first = preview(2), preview(1)
    preview(1, revision=1)
    desk.say()
    shown = desk.say(preview_file_id=first["id"])
    for flag in ("true", "True", "1", "on"):
        (item,) = desk.ann.get(f"{desk.feed}?only_preview={flag}")["data"]
        assert item["id"] == shown["id"]
        assert (item["preview_file_extension"], item["preview_file_revision"]) == ("png", 2)
        assert [preview["id"] for preview in item["preview_files"]] == [first["id"], second["id"]]
        assert set(item["preview_files"][0]) == {"id", "name", "extension", "revision", "position", "status"}
    assert "preview_files" not in desk.ann.get(f"{desk.feed}?only_preview=false")["data"][0]


def test_the_news_of_a_project_are_for_its_team(desk: Desk) -> None:
    news = desk.say()
    eve = desk.studio.person("Eve", "manager")
    for path in (desk.feed, f"{desk.feed}/{news['id']}"):
        eve.get(path, status=403)
    for member in (eve, desk.ann):
        for id in (new_id(), "malformed"):
            member.get(f"/data/projects/{id}/news", status=404)
    for id in (new_id(), "malformed"):
        desk.ann.get(f"{desk.feed}/{id}", status=404)
    other = desk.studio.project()
    desk.ann.get(f"/data/projects/{other['id']}/news/{news['id']}", status=404)


def test_a_vendor_reads_news_of_own_tasks_only(desk: Desk) -> None:
    van = desk.studio.person("Van", "vendor")
    desk.studio.join(desk.project, van)
    desk.say(change=True)
    own = desk.say(desk.studio.task(desk.shot, "Lighting", assignees=[van]))
    for path in (desk.feed, "/data/projects/news"):
        found = van.get(path)
        assert (ids(found), found["total"], found["stats"]) == ([own["id"]], 1, {})
    van.get(f"{desk.feed}/{own['id']}", status=403)


def test_a_client_reads_of_a_thing_what_is_said_by_clients_or_for_them_and_sees_new_revisions(desk: Desk) -> None:
    cleo, carl = desk.studio.person("Cleo", "client"), desk.studio.person("Carl", "client")
    for member in (cleo, carl):
        desk.studio.join(desk.project, member)
    talk = desk.say()
    for_clients = desk.say(for_client=True)
    shown = desk.say(preview_file_id=desk.studio.add(PreviewFile, task_id=desk.task["id"])["id"])
    own, by_carl = desk.say(author=cleo), desk.say(author=carl)
    of_shot = f"/data/entities/{desk.shot['id']}/news"
    assert ids(cleo.get(of_shot)) == [row["id"] for row in (by_carl, own, shown, for_clients)]
    for path in (desk.feed, f"{desk.feed}/{talk['id']}", f"{desk.feed}/{for_clients['id']}"):
        cleo.get(path, status=403)
    with desk.studio.tracker.work() as work:
        work.update(Project, desk.project["id"], is_clients_isolated=True)
    assert ids(cleo.get(of_shot)) == [row["id"] for row in (own, shown, for_clients)]
    assert len(ids(desk.art.get(desk.feed))) == 5


def test_the_role_on_the_project_decides_what_is_read(desk: Desk) -> None:
    meg = desk.studio.person("Meg", "manager")
    desk.studio.join(desk.project, meg, role="client")
    desk.say()
    assert ids(meg.get("/data/projects/news")) == []


def test_the_feed_of_all_projects_is_that_of_open_ones(desk: Desk) -> None:
    closed = desk.studio.project("Old", team=[desk.art], status="Closed")
    foreign = desk.studio.project("Other")
    here, old, there = (
        desk.say(desk.studio.task(desk.studio.entity("Props", "Lamp", project)))["id"]
        for project in (desk.project, closed, foreign)
    )
    everywhere = "/data/projects/news"
    assert ids(desk.ann.get(everywhere)) == [there, here]
    assert ids(desk.art.get(everywhere)) == [here]
    assert ids(desk.ann.get(f"{everywhere}?project_id={foreign['id']}")) == [there]
    for other in (closed, foreign):  # not among the caller's open ones: ignored
        assert ids(desk.art.get(f"{everywhere}?project_id={other['id']}")) == [here]
    assert ids(desk.art.get(f"/data/projects/{closed['id']}/news")) == [old]


def test_where_no_project_is_open_the_closed_ones_make_the_feed(studio: Studio, desk: Desk) -> None:
    with studio.tracker.work() as work:
        for project in work.db.rows(Project.select(Project.id)):
            work.update(Project, project["id"], project_status_id=studio.project(status="Closed")["project_status_id"])
    said = desk.say()["id"]
    assert ids(desk.art.get("/data/projects/news")) == ids(desk.ann.get("/data/projects/news")) == [said]
    assert ids(studio.person("Eve").get("/data/projects/news")) == []


def test_the_feed_follows_whatever_is_written(desk: Desk) -> None:
    news, other = desk.say(change=True), desk.studio.project("Other")
    elsewhere = f"/data/projects/{other['id']}/news"
    status = desk.studio.one_of(TaskStatus, "Retake", short_name="rtk", color="#FF0000")["id"]

    def write(query: peewee.Query) -> None:
        with desk.studio.tracker.work() as work:
            work.db.run(query)

    write(Comment.update(task_status_id=status).where(Comment.id == news["comment_id"]))
    assert desk.ann.get(f"{desk.feed}?task_status_id={status}")["stats"] == {status: 1}
    write(Task.update(project_id=other["id"]).where(Task.id == desk.task["id"]))
    assert (ids(desk.ann.get(desk.feed)), ids(desk.ann.get(elsewhere))) == ([], [news["id"]])
    write(News.update(change=False, created_at="2023-05-01T00:00:00.000000").where(News.id == news["id"]))
    assert desk.ann.get(elsewhere)["stats"] == {}
    assert ids(desk.ann.get(f"{elsewhere}?before=2023-05-02")) == [news["id"]]
    back = desk.studio.task(desk.shot, "Lighting")["id"]
    write(News.update(task_id=back, comment_id=None).where(News.id == news["id"]))
    assert (ids(desk.ann.get(desk.feed)), ids(desk.ann.get(elsewhere))) == ([news["id"]], [])
    assert ids(desk.ann.get(f"{desk.feed}?task_status_id={status}")) == []
    write(News.delete())
    assert desk.ann.get(desk.feed)["total"] == 0


def test_news_that_are_loaded_before_their_task_and_comment_are_in_the_feed(desk: Desk) -> None:
    task = {"id": new_id(), "name": "main", "project_id": desk.project["id"], "entity_id": desk.shot["id"]}
    status = desk.task["task_status_id"]
    comment = {"id": new_id(), "object_id": task["id"], "object_type": "Task", "person_id": desk.art.id}
    about = {"task_id": task["id"], "comment_id": comment["id"]}
    news = {"id": new_id(), "author_id": desk.art.id, "change": True, **about}
    rows = [("news", news), ("comment", comment | {"task_status_id": status}), ("task", task)]
    transfer.load(desk.studio.tracker.db, ((number, *line) for number, line in enumerate(rows, start=1)))
    found = desk.ann.get(desk.feed)
    assert (ids(found), found["stats"]) == ([news["id"]], {status: 1})


def test_a_longer_feed_takes_no_more_statements(desk: Desk) -> None:
    db = desk.studio.tracker.db

    def statements() -> int:
        before = db.statements
        desk.art.get(desk.feed)
        return db.statements - before

    desk.say()
    few = statements()
    for _ in range(10):
        desk.say()
    assert statements() == few
