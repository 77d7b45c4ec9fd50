"""What an export wrote can be read back: nothing changes when nothing was edited, and what was edited does."""

import csv
import io
import json
from typing import Any

import pytest
import tabling
from studio import Member, Studio

from kitsulite.areas.demo import production as demo
from kitsulite.areas.studio import firstdata, transfer
from kitsulite.models.entities import EntityLink
from kitsulite.models.people import Person
from kitsulite.models.tasks import TaskStatus
from kitsulite.storage import Row

KINDS = ("assets", "shots", "edits", "casting")


def everything(studio: Studio) -> dict[tuple[str, Any], Row]:
    """All rows that a dump has."""
    found = {}
    for line in transfer.dump(studio.tracker.db):
        row = json.loads(line)
        found[row["table"], str(row["row"].get("id", row["row"]))] = row["row"]
    return found


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


def odd_production(studio: Studio, production_type: str) -> Row:
    """One with values that a table can hold only in a way."""
    bob, zoe = studio.person("Bob", phone="+33 6 08"), studio.person("Zoë", last_name="D'Été, B.")
    project = studio.project(f"Odd {production_type}", production_type=production_type, team=[bob])
    for of in ("Shot", "Asset", "Edit"):
        for name, kind in (
            ("Lead", "person"),
            ("Ready", "boolean"),
            ("Ratio", "number"),
            ("Tags", "taglist"),
            ("Steps", "checklist"),
            ("Note", "string"),
        ):
            tabling.field(studio, project, name, of=of, kind=kind)
    data = {"ratio": 1.5, "steps": [{"text": "a", "checked": True}], "note": '=he said "1;2"\nline', "tags": "a,b"}
    for status, short in (("Todo", "todo"), ("Done", "done")):
        studio.one_of(TaskStatus, status, short_name=short, color="#000000", is_default=short == "todo")
    for name, of in (("Layout", "Shot"), ("Modeling", "Asset"), ("Rigging", "Asset"), ("Editing", "Edit")):
        tabling.task_type(studio, project, name, for_entity=of)
    episode = studio.entity("Episode", "E01", project) if production_type == "tvshow" else None
    sequence = studio.entity("Sequence", "S1", project, episode)
    shot = studio.entity(
        "Shot", "001", project, sequence, nb_frames=12, data={**data, "lead": bob.id, "frame_in": "7", "fps": 25}
    )
    studio.entity("Shot", "002", project, sequence, data={"frame_in": 1, "frame_out": 9, "ready": True})
    studio.entity("Shot", "003", project, sequence, data=None, description="-")
    tree = studio.entity("Prop", "Tree", project, data={**data, "ready": "false"}, source_id=episode and episode["id"])
    hat = studio.entity("Prop", "Hat", project, canceled=True)
    edit = studio.entity("Edit", "cut", project, episode, data={"lead": "nobody", **data})
    studio.task(shot, "Layout", assignees=[bob, zoe])
    studio.task(tree, "Modeling")
    studio.task(edit, "Editing", assignees=[bob])
    studio.add(EntityLink, entity_in_id=shot["id"], entity_out_id=tree["id"], nb_occurences=3, label="Set Dress")
    studio.add(EntityLink, entity_in_id=tree["id"], entity_out_id=hat["id"], label=None)
    return project


@pytest.mark.parametrize("production_type", ["short", "tvshow"])
def test_what_nobody_edited_changes_nothing(studio: Studio, ann: Member, production_type: str) -> None:
    project = odd_production(studio, production_type)
    before = everything(studio)
    for kind in KINDS:
        for query in ("", "?episode_id=all", "?is_shot_casting=true") if kind == "casting" else ("",):
            table = ann.get(f"/export/csv/projects/{project['id']}/{kind}.csv{query}")
            for how in ("", "?update=true"):
                tabling.take(ann, f"projects/{project['id']}/{kind}{how}", table)
                assert everything(studio) == before, (kind, how)
    tabling.take(ann, "persons?update=true", ann.get("/export/csv/persons.csv"))
    assert everything(studio) == before


def test_the_demo_comes_back_as_it_went(studio: Studio) -> None:
    with studio.tracker.work() as work:
        firstdata.create(work)
        demo.fill(work, "a hash")
    ann = studio.person("Ann", "admin")
    (project,) = ann.get("/data/projects")
    before = everything(studio)
    for kind in KINDS:
        table = ann.get(f"/export/csv/projects/{project['id']}/{kind}.csv?is_shot_casting=true")
        tabling.take(ann, f"projects/{project['id']}/{kind}?update=true", table)
    tabling.take(ann, "persons?update=true", ann.get("/export/csv/persons.csv"))
    assert everything(studio) == before


def edited(table: str, place: dict[str, str], changes: dict[str, str]) -> str:
    """A table with other cells in the lines that have these."""
    head, *rows = csv.reader(io.StringIO(table, newline=""), delimiter=";")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(head)
    for row in rows:
        if all(row[head.index(key)] == value for key, value in place.items()):
            for key, value in changes.items():
                row[head.index(key)] = value
        writer.writerow(row)
    return out.getvalue()


def test_what_was_edited_changes_and_nothing_else(studio: Studio, ann: Member) -> None:
    project = odd_production(studio, "tvshow")
    table = ann.get(f"/export/csv/projects/{project['id']}/shots.csv")
    changes = {
        "Frames": "99",
        "Lead": "Zoë D'Été, B.",
        "Note": "=new",
        "Layout": "done",
        "Assignations": "Bob Test",
        "Ready": "true",
    }
    told = tabling.dry(ann, f"projects/{project['id']}/shots?update=true", edited(table, {"Name": "001"}, changes))
    assert [line["outcome"] for line in told["lines"]] == ["changed", "left", "left"]
    tabling.take(ann, f"projects/{project['id']}/shots?update=true", edited(table, {"Name": "001"}, changes))
    again = ann.get(f"/export/csv/projects/{project['id']}/shots.csv")
    assert again == edited(table, {"Name": "001"}, changes | {"Note": "'=new"})


def test_new_lines_of_an_export_are_made(studio: Studio, ann: Member) -> None:
    project = odd_production(studio, "short")
    table = ann.get(f"/export/csv/projects/{project['id']}/assets.csv")
    head = table.partition("\r\n")[0].split(";")
    line = {"Type": "Prop", "Name": "New"}
    made = tabling.take(
        ann, f"projects/{project['id']}/assets", table + ";".join(line.get(key, "") for key in head) + "\r\n"
    )
    assert [row["name"] for row in made] == ["Hat", "Tree", "New"]
    types = [row["task_type_id"] for row in ann.get(f"/data/tasks?entity_id={made[-1]['id']}")]
    assert len(types) == 2


def test_people_come_back_as_they_went(studio: Studio, ann: Member) -> None:
    bob = studio.person("Bob", phone="+33 6", country="FR", daily_salary=12, active=False)
    table = ann.get("/export/csv/persons.csv")
    tabling.take(
        ann, "persons?update=true", edited(table, {"Email": "bob@studio.test"}, {"Phone": "'+1 2", "Active": "yes"})
    )
    row = studio.stored(Person, bob.id)
    assert (row["phone"], row["active"], row["country"], row["daily_salary"]) == ("+1 2", True, "FR", 12)
