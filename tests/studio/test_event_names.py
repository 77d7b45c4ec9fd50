"""What the rows are called that events are about, for whoever reads the log."""

from full_studio import FullStudio
from studio import NOBODY, Studio

from kitsulite.areas.studio.eventnames import ids_in, names_of

NAMELESS = {"data_import_error", "preview_file_storage_state", "stored_file", "token", "webhook_delivery"}
"""What stands in no event: an error of an import, what another tracker noted of its files; and the token of a share link, which
is no row."""


def names(studio: Studio, *ids: str) -> dict[str, str]:
    with studio.tracker.work(writes=False) as work:
        return names_of(work, ids)


def test_a_row_of_every_table_has_a_name(studio: Studio) -> None:
    ids = FullStudio(studio).ids
    found = names(studio, *ids.values())
    assert {table for table, id in ids.items() if id not in found} == NAMELESS


def test_rows_are_called_as_people_call_them(studio: Studio) -> None:
    ann = studio.person("Ann")
    fox = studio.project("Fox", team=[ann])
    shot = studio.entity("Shot", "SH010", fox, studio.entity("Sequence", "SQ010", fox))
    asset, task = studio.entity("Prop", "Lantern", fox), studio.task(shot, "Animation")
    comment = studio.person(role="admin").post(
        f"/actions/tasks/{task['id']}/comment", {"task_status_id": task["task_status_id"], "comment": "Well done"}
    )
    found = names(studio, ann.id, fox["id"], shot["id"], asset["id"], task["id"], comment["id"], NOBODY)
    assert [found.get(row["id"]) for row in (ann.row, fox, shot, asset, task, comment)] == [
        "Ann Test",
        "Fox",
        "SQ010 / SH010",
        "Prop / Lantern",
        "SQ010 / SH010 / Animation",
        "SQ010 / SH010 / Animation",
    ]
    assert NOBODY not in found


def test_names_are_a_fixed_number_of_queries(studio: Studio) -> None:
    fox = studio.project("Fox")
    ids = [studio.entity("Prop", f"Prop {number}", fox)["id"] for number in range(20)]
    counts = []
    for some in (ids[:2], ids):
        before = studio.tracker.db.statements
        assert len(names(studio, *some)) == len(some)
        counts.append(studio.tracker.db.statements - before)
    assert counts[0] == counts[1]


def test_ids_are_found_wherever_an_event_tells_them() -> None:
    told = {"shot_id": NOBODY, "n": 1, "of": [{"id": NOBODY.upper()}, "text", None]}
    assert list(ids_in(told)) == [NOBODY, NOBODY]
