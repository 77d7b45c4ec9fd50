"""gazu carries a production from one running studio into another."""

import time
from pathlib import Path
from typing import Any

import gazu
import pytest
from footage import picture
from gazu import sync
from serving import serve, signed_in

pytestmark = pytest.mark.long


def ids(rows: list[Any]) -> list[str]:
    return sorted(row["id"] for row in rows)


def test_gazu_pushes_a_production(tmp_path: Path, bare: str) -> None:
    with serve(tmp_path / "from", "", "--demo") as theirs, serve(tmp_path / "to", bare) as ours:
        source, target = signed_in(theirs), signed_in(ours)
        people = gazu.person.all_persons(client=source)
        for person in people:
            if gazu.person.get_person_by_email(person["email"], client=target) is None:
                names = (person["first_name"], person["last_name"], person["email"])
                gazu.person.new_person(*names, role=person["role"], client=target)
        [project] = gazu.project.all_open_projects(client=source)
        task = gazu.task.all_tasks_for_project(project, client=source)[0]
        status = gazu.task.get_task_status(task["task_status_id"], client=source)
        (tmp_path / "a.png").write_bytes(picture())
        (tmp_path / "notes.txt").write_text("notes")
        comment = gazu.task.add_comment(
            task,
            status,
            "Look",
            attachments=[str(tmp_path / "notes.txt")],
            created_at="2024-05-06 07:08:09",
            client=source,
        )
        gazu.task.add_preview(task, comment, str(tmp_path / "a.png"), client=source)
        default = gazu.task.get_default_task_status(client=target)
        while any(row["status"] == "processing" for row in gazu.client.get("data/preview-files", client=source)):
            time.sleep(0.2)  # movies of the demo, which their shots are shown by

        [made] = gazu.client.import_data("projects", [_bare(project)], client=target)
        pushed = sync.push_project_entities(project, made, source, target)
        for kind, all_of in (
            ("assets", gazu.asset.all_assets_for_project),
            ("sequences", gazu.shot.all_sequences_for_project),
            ("shots", gazu.shot.all_shots_for_project),
        ):
            there, here = all_of(project, client=source), all_of(made, client=target)
            assert ids(pushed[kind]) == ids(there) == ids(here)
            moments = {row["id"]: (row["created_at"], row["updated_at"]) for row in there}
            assert {row["id"]: (row["created_at"], row["updated_at"]) for row in here} == moments
        tasks = sync.push_tasks(project, made, default, source, target)
        sync.push_tasks_comments(project, source, target)

        for shot in gazu.shot.all_shots_for_project(project, client=source):
            there, here = (gazu.casting.get_shot_casting(shot, client=client) for client in (source, target))
            assert {row["asset_id"]: row["nb_occurences"] for row in here} == {
                row["asset_id"]: row["nb_occurences"] for row in there
            }
        assert ids(tasks) == ids(gazu.task.all_tasks_for_project(project, client=source))
        assert any(row["assignees"] for row in gazu.task.all_tasks_for_project(made, client=target))
        [said, *_] = [c for c in gazu.task.all_comments_for_task(task, client=target) if c["text"] == "Look"]
        assert said["created_at"] == "2024-05-06T07:08:09"
        assert len(said["previews"]) == len(said["attachment_files"]) == 1
        assert ids(sync.push_shots(project, made, source, target)) == ids(pushed["shots"])

        events = sync.get_last_events(limit=10, project=made, name="shot:update", client=target)
        assert {event["name"] for event in events} == {"shot:update"}
        assert sync.get_last_events(limit=10, only_files=True, client=target)


def _bare(project: Any) -> Any:
    """A production without what it refers to in its own studio."""
    return {
        key: value
        for key, value in project.items()
        if not isinstance(value, (list, dict)) and key != "project_status_id"
    }
