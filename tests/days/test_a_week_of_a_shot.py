"""A week of one shot, as four people live it through gazu: who is told what, what the news say, what there is to do."""

from pathlib import Path
from typing import Any

import gazu
from serving import Served

PASSWORD = "a long enough secret"
DAY = "2026-03-04"
Told = list[tuple[str, str]]


class Week:
    """Four people at work on one shot, each with a session of their own."""

    def __init__(self, served: Served) -> None:
        self.admin = signed_in(served, served.email, served.password)
        self.people = {
            name: gazu.client.post(
                "data/persons",
                {
                    "first_name": name,
                    "last_name": "Weekly",
                    "email": f"{name.lower()}@weekly.com",
                    "role": role,
                    "password": PASSWORD,
                },
                client=self.admin,
            )
            for name, role in (("Mona", "manager"), ("Sue", "supervisor"), ("Ada", "user"), ("Carl", "client"))
        }
        self.as_ = {name: signed_in(served, person["email"], PASSWORD) for name, person in self.people.items()}
        statuses = gazu.task.all_task_statuses(client=self.admin)
        self.statuses = {status["short_name"]: status for status in statuses}
        self.names = {person["id"]: name for name, person in self.people.items()}
        self.project = gazu.project.new_project("Weekly", team=list(self.people.values()), client=self.admin)

    def told(self, name: str) -> Told:
        """What somebody was told since they looked last: what kind of thing, and by whom."""
        client = self.as_[name]
        unread = [one for one in gazu.user.all_notifications(client=client) if not one["read"]]
        gazu.user.mark_all_notifications_as_read(client=client)
        return sorted((one["notification_type"], self.names[one["author_id"]]) for one in unread)

    def expect(self, *, news: int, to_do: str | None, **told: Told) -> None:
        """Everybody was told this and no more; so many news; so stands the task on the artist's list, None for not."""
        assert {name: self.told(name) for name in self.people} == {name: told.get(name, []) for name in self.people}
        feed = gazu.client.get(f"data/projects/{self.project['id']}/news", client=self.as_["Mona"])
        assert feed["total"] == news
        listed = [task["task_status_short_name"] for task in gazu.user.all_tasks_to_do(client=self.as_["Ada"])]
        assert listed == ([to_do] if to_do else [])

    def says(self, name: str, task: dict[str, Any], status: str, text: str, **more: Any) -> dict[str, Any]:
        comment = gazu.task.add_comment(task, self.statuses[status], comment=text, client=self.as_[name], **more)
        return dict(comment)


def signed_in(served: Served, email: str, password: str) -> Any:
    client = gazu.client.create_client(served.api)
    gazu.log_in(email, password, client=client)
    return client


def test_a_week_of_one_shot(served: Served, tmp_path: Path) -> None:
    week = Week(served)
    manager, artist = week.as_["Mona"], week.as_["Ada"]
    week.expect(news=0, to_do=None)

    # Monday: the shot is made, its animation planned and given to Ada.
    sequence = gazu.shot.new_sequence(week.project, "SQ01", client=manager)
    shot = gazu.shot.new_shot(week.project, sequence, "SH010", nb_frames=96, client=manager)
    animation = gazu.task.get_task_type_by_name("Animation", client=manager)
    gazu.project.add_task_type(week.project, animation, 1, client=manager)
    task = gazu.task.new_task(shot, animation, client=manager)
    week.expect(news=0, to_do=None)
    gazu.task.assign_task(task, week.people["Ada"], client=manager)
    week.expect(news=0, to_do="todo", Ada=[("assignation", "Mona")])

    # Tuesday: Ada begins, and asks Sue something; a picture comes along. Sue answers.
    picture = tmp_path / "pose.txt"
    picture.write_text("the pose I mean")
    asked = week.says("Ada", task, "wip", "Which pose, @Sue Weekly", attachments=[str(picture)])
    assert [file["name"] for file in asked["attachment_files"]] == ["pose.txt"]
    week.expect(news=1, to_do="wip", Sue=[("mention", "Ada")])
    gazu.task.reply_to_comment(task, asked, "The second one.", client=week.as_["Sue"])
    week.expect(news=1, to_do="wip", Ada=[("reply", "Sue")])

    # Wednesday: the time is noted, the work handed in; it waits on Sue's list.
    gazu.task.add_time_spent(task, week.people["Ada"], DAY, 240, client=artist)
    gazu.task.add_time_spent(task, week.people["Ada"], DAY, 60, client=artist)
    week.says("Ada", task, "wfa", "First version.")
    week.expect(news=2, to_do="wfa")
    to_check = gazu.user.all_tasks_requiring_feedback(client=week.as_["Sue"])
    assert [one["id"] for one in to_check] == [task["id"]]

    # Thursday: Sue wants it again. The client, who may read what is meant for him, gets a word from Mona.
    week.says("Sue", task, "retake", "The arc breaks on frame 24.")
    week.expect(news=3, to_do="retake", Ada=[("comment", "Sue")])
    week.says("Mona", task, "retake", "A new version comes tomorrow.", for_client=True)
    week.expect(news=4, to_do="retake", Ada=[("comment", "Mona")])
    read = gazu.task.all_comments_for_task(task, client=week.as_["Carl"])
    assert [comment["text"] for comment in read] == ["A new version comes tomorrow."]

    # Friday: handed in again, approved, done.
    week.says("Ada", task, "wfa", "Second version.")
    week.says("Sue", task, "done", "")
    week.expect(news=6, to_do=None, Ada=[("comment", "Sue")])
    assert [one["id"] for one in gazu.user.all_done_tasks(client=artist)] == [task["id"]]

    after = gazu.task.get_task(task["id"], client=manager)
    assert (after["retake_count"], after["duration"]) == (1, 300.0)
    assert after["task_status_id"] == week.statuses["done"]["id"]
    assert None not in (after["real_start_date"], after["end_date"], after["done_date"])

    table = tmp_path / "shots.csv"
    gazu.shot.export_shots_with_csv(week.project, str(table), client=manager)
    header, row = table.read_text().splitlines()
    assert header.startswith("Project;")
    assert {"Weekly", "SQ01", "SH010"} <= set(row.split(";"))
