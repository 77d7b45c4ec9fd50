"""Edit lists (docs/api/imports.md)."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
import tabling
from edits import LISTS, EditList
from studio import Answered, Member, Studio

from kitsulite.areas.imports import cuts
from kitsulite.cli import main
from kitsulite.media import editlists, programs
from kitsulite.media.editlists import BadList, read_cuts
from kitsulite.models import new_id
from kitsulite.models.entities import Entity
from kitsulite.models.productions import Project
from kitsulite.storage import Row

SIMPLE = """TITLE: Simple
001  AX V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: Fox_S1-001.mov
002  AX V C 00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00
* FROM CLIP NAME: Fox_S2-002.mov
"""


def cuts_of(content: str | bytes, tmp_path: Path, fps: float = 25, kind: str = "edl") -> list[tuple[Any, ...]]:
    path = tmp_path / "list"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [cut[1:] for cut in read_cuts(path, kind, fps)]


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


@pytest.fixture
def project(studio: Studio) -> Row:
    return studio.project("Fox")


def send(
    member: Member, project: Row, content: str | bytes, query: str = "", name: str = "cut.edl", **fields: str
) -> Answered:
    data = content.encode() if isinstance(content, str) else content
    return member.form(f"/import/otio/projects/{project['id']}{query}", fields, {"file": (name, data, "text/plain")})


def take(member: Member, project: Row, content: str | bytes, query: str = "", **more: Any) -> Any:
    answer = send(member, project, content, query, **more)
    assert answer.status == 201, answer
    return answer.json


# --- reading ---


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_all_programs_mean_what_their_editors_cut(tmp_path: Path, name: str) -> None:
    given: EditList = LISTS[name]
    assert cuts_of(given.content, tmp_path, float(given.fps)) == given.cuts


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "cp1252"])
def test_lists_in_other_codings_are_read(tmp_path: Path, coding: str) -> None:
    content = SIMPLE.replace("Fox_S1", "Fox_Été").encode(coding)
    assert cuts_of(content, tmp_path)[0] == ("Fox_Été-001", 0, 49, 50)


def timeline(rate: float = 24) -> otio.schema.Timeline:
    """Two video tracks, one with a gap and a transition, and sound."""

    def clip(name: str, start: int, frames: int, media: Any = None) -> otio.schema.Clip:
        spanned = otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(frames, rate)
        )
        return otio.schema.Clip(name, media, spanned)

    made = otio.schema.Timeline("cut")
    one, two, sound = (
        otio.schema.Track(name, kind=kind) for name, kind in (("V1", "Video"), ("V2", "Video"), ("A1", "Audio"))
    )
    one.append(clip("Fox_S1-001.mov", 10, 20))
    one.append(otio.schema.Gap(duration=otio.opentime.RationalTime(5, rate)))
    offset = otio.opentime.RationalTime(2, rate)
    one.append(clip("", 0, 8, otio.schema.ExternalReference("file:///x/Fox_S1-002.mov")))
    one.append(otio.schema.Transition("d", "SMPTE_Dissolve", offset, offset))
    one.append(clip("Fox_S1-003", 0, 7))
    two.append(otio.schema.Gap(duration=otio.opentime.RationalTime(3, rate)))
    two.append(clip("Fox_S1-004", 0, 4))
    sound.append(clip("music", 0, 40))
    made.tracks.extend([one, two, sound])
    return made


EXPECTED = [("Fox_S1-001", 0, 19, 20), ("Fox_S1-002", 25, 32, 8), ("Fox_S1-003", 33, 39, 7), ("Fox_S1-004", 3, 6, 4)]


def test_otio_its_bundles_and_final_cuts_xml_are_read(tmp_path: Path) -> None:
    text = otio.adapters.write_to_string(timeline(), "otio_json")
    assert cuts_of(text, tmp_path, 24, "otio") == EXPECTED
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as file:
        file.writestr("content.otio", text)
    assert cuts_of(bundle.getvalue(), tmp_path, 24, "otioz") == EXPECTED
    made = timeline()
    for clip in made.find_clips():  # its writer wants to know of every medium
        clip.media_reference = otio.schema.ExternalReference(f"file:///{clip.name}", clip.source_range)
    xml = otio.adapters.write_to_string(made, "fcp_xml")
    named = [cut for cut in EXPECTED if cut[0] != "Fox_S1-002"]
    assert [cut for cut in cuts_of(xml, tmp_path, 24, "xml") if cut[0]] == named


def test_a_list_at_another_speed_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadList, match="counts frame 24, but the list is read at 24 frames a second: say its speed"):
        cuts_of(SIMPLE.replace("00:00:02:00 01", "00:00:01:24 01", 1), tmp_path, 24)
    with pytest.raises(BadList, match="drops frames"):
        cuts_of(LISTS["resolve"].content, tmp_path, 25)
    with pytest.raises(BadList, match="is cut at 24 frames a second, not at 25"):
        cuts_of(otio.adapters.write_to_string(timeline(), "otio_json"), tmp_path, 25, "otio")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("edl", b"not an edl"),
        ("edl", b""),
        ("otio", b"{"),
        ("otio", b'{"OTIO_SCHEMA": "Clip.1"}'),
        ("otio", b"[" * 200_000),
        ("otioz", b"PK\x03\x04"),
        ("xml", b"<xmeml"),
        ("xml", b"<html/>"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, kind: str, content: bytes) -> None:
    with pytest.raises(BadList):
        cuts_of(content, tmp_path, 25, kind)


@pytest.mark.parametrize(
    ("frames", "rate"),
    [("NaN", 24), ("Infinity", 24), ("-Infinity", 24), (1e300, 24), (8, "NaN"), (8, "Infinity"), (8, 0)],
)
@pytest.mark.parametrize("of", ["clip", "gap", "media"])
def test_times_are_numbers(ann: Member, project: Row, frames: Any, rate: Any, of: str) -> None:
    made = timeline()
    odd = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(float(frames), float(rate)))
    clip, gap, other = made.tracks[0][:3]
    if of == "media":
        other.source_range, other.media_reference = None, otio.schema.ExternalReference("a.mov", odd)
    else:
        (clip if of == "clip" else gap).source_range = odd
    answer = send(ann, project, otio.adapters.write_to_string(made, "otio_json"), "?fps=24", name="cut.otio")
    assert answer.status == 400
    assert answer.json["message"].endswith("in it are no numbers of frames")


def test_a_cut_of_final_cut_says_its_rate(ann: Member, project: Row) -> None:
    for rate in ("", "<rate/>", "<rate><timebase>fast</timebase></rate>"):
        xml = f"<xmeml><sequence><name>Fox</name>{rate}<media><video><track/></video></media></sequence></xmeml>"
        answer = send(ann, project, xml, name="cut.xml")
        assert answer.status == 400
        assert "does not say how many frames a second has" in answer.json["message"]
    answer = send(ann, project, "<xmeml", name="cut.xml")
    assert "it is no .xml that can be read" in answer.json["message"]


def test_reading_has_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editlists, "SECONDS", 0.01)
    with pytest.raises(BadList, match="too long"):
        cuts_of(SIMPLE, tmp_path)


# --- shots ---


def test_shots_are_made_with_their_sequences_and_tasks(studio: Studio, ann: Member, project: Row) -> None:
    tabling.task_type(studio, project, "Layout")
    tabling.task_type(studio, project, "Modeling", for_entity="Asset")
    made = take(ann, project, SIMPLE)
    assert [(shot["name"], shot["data"], shot["nb_frames"], shot["type"]) for shot in made["created_shots"]] == [
        ("001", {"frame_in": 0, "frame_out": 49}, 50, "Shot"),
        ("002", {"frame_in": 50, "frame_out": 74}, 25, "Shot"),
    ]
    assert [row["name"] for row in ann.get(f"/data/projects/{project['id']}/sequences")] == ["S1", "S2"]
    assert len(ann.get(f"/data/tasks?project_id={project['id']}")) == 2
    again = take(ann, project, SIMPLE)
    assert again["created_shots"] == []
    assert [shot["type"] for shot in again["updated_shots"]] == ["Entity", "Entity"]


def test_shots_that_are_there_keep_the_rest_of_their_data(studio: Studio, ann: Member) -> None:
    project = studio.project("The Fox!")  # no word, so only the filled convention finds it
    shot = studio.entity(
        "Shot", "0-1", project, studio.entity("Sequence", "S 1", project), data={"fps": 25, "frame_in": 7}
    )
    studio.entity("Shot", "loose", project)
    cut = SIMPLE.replace("Fox_S1-001", "the fox!_S 1-0-1").replace("Fox_S2-002", "The Fox!_S 1-0-1")
    answer = send(ann, project, cut)
    assert answer.status == 400
    assert "is not called like" in answer.json["message"]
    told = take(ann, project, cut, match_case="false")
    assert told["updated_shots"][0]["data"] == {"fps": 25, "frame_in": 0, "frame_out": 49}
    assert told["used_again"] == [
        {"shot_id": shot["id"], "name": "The Fox!_S 1-0-1", "frame_in": 50, "frame_out": 74, "nb_frames": 25}
    ]
    assert len(told["updated_shots"]) == 1


def test_a_cut_of_a_show_is_of_an_episode(studio: Studio, ann: Member) -> None:
    show = studio.project("Show", production_type="tvshow")
    episode, other = studio.entity("Episode", "E01", show), studio.entity("Episode", "E02", show)
    cut = SIMPLE.replace("Fox_S", "Show_E01-S")
    assert send(ann, show, cut).status == 400
    assert send(ann, show, cut, f"/episodes/{new_id()}").status == 404
    assert send(ann, studio.project("X", production_type="tvshow"), cut, f"/episodes/{episode['id']}").status == 404
    made = take(ann, show, cut, f"/episodes/{episode['id']}")
    sequences = ann.get(f"/data/projects/{show['id']}/sequences")
    assert {row["parent_id"] for row in sequences} == {episode["id"]}
    assert made["created_shots"][0]["name"] == "001"
    made = take(ann, show, SIMPLE, f"/episodes/{other['id']}", naming_convention="Fox_$sequence_name-$shot_name")
    assert len(made["created_shots"]) == 2


def test_elsewhere_an_episode_is_not_looked_at(ann: Member, project: Row) -> None:
    assert len(take(ann, project, SIMPLE, f"/episodes/{new_id()}")["created_shots"]) == 2


def test_a_conventions_own_text_is_meant_as_it_stands(ann: Member, project: Row) -> None:
    cut = SIMPLE.replace("Fox_S1-001", "[x+].S1.001").replace("Fox_S2-002", "[x+].S2.002")
    made = take(ann, project, cut, naming_convention="[x+].${sequence_name}.${shot_name}")
    assert [shot["name"] for shot in made["created_shots"]] == ["001", "002"]
    assert send(ann, project, SIMPLE, naming_convention="x.${sequence_name}.${shot_name}").status == 400
    for lacking, noun in (("${shot_name}", "sequence"), ("${project_name}_$sequence_name", "shot")):
        answer = send(ann, project, SIMPLE, naming_convention=lacking)
        assert f"No {noun} name found" in answer.json["message"]
    twice = SIMPLE.replace("Fox_S1-001", "S1_S1-001").replace("Fox_S2-002", "S1_S2-002")
    answer = send(ann, project, twice, naming_convention="${sequence_name}_${sequence_name}-${shot_name}")
    assert (answer.json["line_number"], answer.json["imported_rows"]) == (2, 1)


def test_a_production_may_have_blanks_in_its_name(studio: Studio, ann: Member) -> None:
    for name, clip, first in (
        ("My Film", "My Film", "S1"),
        ("My (2nd) Film", "Any", "S1"),
        ("Fox", "Owl", "S1"),
        ("Fox_A", "Fox_A", "S1"),
        ("Ox", "Ox_B", "S1"),
    ):
        project = studio.project(name)
        made = take(ann, project, SIMPLE.replace("Fox", clip))["created_shots"]
        sequences = ann.get(f"/data/projects/{project['id']}/sequences")
        assert ([shot["name"] for shot in made], sequences[0]["name"]) == (["001", "002"], first)
    show = studio.project("My Show", production_type="tvshow")
    episode = studio.entity("Episode", "Part One", show)
    cut = SIMPLE.replace("Fox_S", "My Show_Part One_S").replace("-00", "_00")
    convention = "${project_name}_${episode_name}_${sequence_name}_${shot_name}"
    made = take(ann, show, cut, f"/episodes/{episode['id']}", naming_convention=convention)["created_shots"]
    assert [shot["name"] for shot in made] == ["001", "002"]


def test_clips_before_a_refused_one_stay_unless_it_is_atomic(studio: Studio, ann: Member, project: Row) -> None:
    tabling.task_type(studio, project, "Layout")
    cut = SIMPLE.replace("Fox_S2-002", "nonsense")
    answer = send(ann, project, cut, "?atomic=true")
    assert (answer.status, answer.json["imported_rows"]) == (400, 0)
    assert ann.get(f"/data/projects/{project['id']}/shots") == []
    answer = send(ann, project, cut)
    assert (answer.status, answer.json["line_number"], answer.json["imported_rows"]) == (400, 2, 1)
    assert len(ann.get(f"/data/tasks?project_id={project['id']}")) == 1
    long = SIMPLE.replace("Fox_S2-002", "Fox_S2-" + "x" * 300)
    assert "is not called like" in send(ann, project, long).json["message"]


def test_a_cut_of_many_shots_asks_for_its_sequence_and_the_first_status_once(
    studio: Studio, ann: Member, project: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else can write while a cut comes in whole, so it must not take longer than it has to."""
    for task_type in ("Layout", "Comp"):
        tabling.task_type(studio, project, task_type, for_entity="Shot")
    asked: list[str] = []

    def counting(name: str, real: Callable[..., Any]) -> None:
        monkeypatch.setattr(cuts, name, lambda *given, **more: asked.append(name) or real(*given, **more))

    counting("find_or_create", cuts.find_or_create)
    counting("default_status", cuts.default_status)
    content = SIMPLE.replace("S2-002", "S1-002")
    assert len(take(ann, project, content, "?atomic=true")["created_shots"]) == 2
    assert sorted(asked) == ["default_status", "find_or_create"]


def test_a_sequence_of_a_refused_clip_is_made_for_the_next(ann: Member, project: Row) -> None:
    content = SIMPLE.replace("00:00:00:00 00:00:02:00", "00:00:02:00 00:00:00:00").replace("S2-002", "S1-002")
    answer = send(ann, project, content, "?dry-run=true")
    assert (answer.json["refused"], answer.json["made"]) == (1, 1), answer


def test_a_dry_run_says_what_is_new_moved_trimmed_and_missing(studio: Studio, ann: Member, project: Row) -> None:
    take(ann, project, SIMPLE)
    gone = studio.entity("Shot", "009", project, studio.entity("Sequence", "S9", project))
    cut = """TITLE: Next
001  AX V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00
* FROM CLIP NAME: Fox_S1-001.mov
002  AX V C 00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00
* FROM CLIP NAME: Fox_S2-002.mov
003  AX V C 00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00
* FROM CLIP NAME: Fox_S1-001.mov
004  AX V C 00:00:00:00 00:00:01:00 01:00:03:00 01:00:04:00
* FROM CLIP NAME: Fox_S3-003.mov
005  AX V C 00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
* FROM CLIP NAME: nonsense
"""
    before = ann.get(f"/data/projects/{project['id']}/shots")
    answer = send(ann, project, cut, "?dry-run=true")
    assert answer.status == 200
    told = answer.json
    assert [line["effect"] for line in told["lines"]] == ["trimmed", "moved", "used again", "new", "refused"]
    assert told["lines"][1]["changes"] == {"frame_in": [50, 25], "frame_out": [74, 49]}
    assert told["missing_shots"] == [{"id": gone["id"], "name": "009", "sequence": "S9"}]
    assert (told["made"], told["changed"], told["left"], told["refused"]) == (1, 2, 1, 1)
    assert ann.get(f"/data/projects/{project['id']}/shots") == before


def test_the_productions_speed_counts_unless_another_is_said(studio: Studio, ann: Member, project: Row) -> None:
    studio.store(Project, project["id"], fps="24")
    cut = SIMPLE.replace("00:00:02:00 01", "00:00:01:24 01", 1).replace("01:00:02:00\n", "01:00:01:24\n", 1)
    answer = send(ann, project, cut)
    assert (answer.status, "say its speed (fps)" in answer.json["message"]) == (400, True)
    assert take(ann, project, cut, "?fps=25")["created_shots"][0]["nb_frames"] == 49
    for wrong in ("fast", "0", "nan", "-1"):
        assert send(ann, project, cut, f"?fps={wrong}").json["message"] == "Wrong value for parameter fps."


def test_other_files_are_refused_by_their_names(ann: Member, project: Row) -> None:
    answer = send(ann, project, SIMPLE, name="cut.csv")
    assert answer.json["message"] == "Unsupported file type '.csv'. Supported formats: edl, otio, otioz, xml."
    assert "Failed to parse OTIO file" in send(ann, project, "x", name="/etc/passwd.EDL").json["message"]
    assert ann.form(f"/import/otio/projects/{project['id']}", {"x": "y"}, {}).status == 400
    assert send(ann, project, SIMPLE, match_case="perhaps").status == 400


def test_who_manages_the_production_may(studio: Studio, project: Row) -> None:
    bob, eve = studio.person("Bob", "supervisor"), studio.person("Eve", "manager")
    studio.join(project, bob)
    assert send(bob, project, SIMPLE).status == 403
    assert send(eve, project, SIMPLE).status == 403
    studio.join(project, eve)
    assert send(eve, project, SIMPLE).status == 201


def test_without_the_extra_lists_are_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "opentimelineio").mkdir()
    (tmp_path / "opentimelineio" / "__init__.py").write_text("raise ImportError")
    monkeypatch.setattr(programs, "PACKAGES", f"{tmp_path}:{programs.PACKAGES}")
    with pytest.raises(BadList, match=r"install kitsulite\[otio\]"):
        cuts_of(SIMPLE, tmp_path)


# --- the command ---


@pytest.fixture
def command(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs `kitsulite import otio` in the studio of the test."""
    settings = studio.tracker.settings
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    place = ["--project", "Fox", "--data", settings.data, "--database", settings.database]
    return lambda *arguments: main(["import", "otio", *map(str, arguments), *place])


@pytest.mark.parametrize("rate", ["inf", "nan", "0", "fast"])
def test_a_speed_is_one(command: Callable[..., int], rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command("cut.edl", "--fps", rate)
    assert end.value.code == 2
    assert f"invalid rate value: '{rate}'" in capsys.readouterr().err


def test_the_command_says_the_same(
    studio: Studio, project: Row, tmp_path: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(SIMPLE)
    assert command(path, "--dry-run") == 0
    assert capsys.readouterr().out == (
        "cut 1 new Fox_S1-001\ncut 2 new Fox_S2-002\n2 would be made, 0 changed, 0 left as they are.\n"
    )
    assert command(path) == 0
    with studio.tracker.work(writes=False) as work:
        (shot_id,) = work.db.values(Entity.select(Entity.id).where(Entity.name == "001"))
    studio.store(Entity, shot_id, nb_frames=3)
    studio.entity("Shot", "009", project, studio.entity("Sequence", "S9", project))
    capsys.readouterr()
    assert command(path, "--dry-run") == 0
    out = capsys.readouterr().out
    assert "trimmed Fox_S1-001 nb_frames: 3 -> 50\n" in out
    assert "not in the cut: S9 009\n" in out
    path.write_text(SIMPLE.replace("Fox_S2-002", "x"))
    assert command(path) == 1
    assert "nothing was imported" in capsys.readouterr().err
