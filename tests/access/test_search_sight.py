"""What somebody may not see changes no answer of the search: neither what is found, nor its order, nor how words are read."""

from typing import Any

import pytest
from productions_apart import Apart
from studio import Member, Studio

from kitsulite.models.productions import DepartmentMetadataDescriptorLink, MetadataDescriptor
from kitsulite.storage import Row

HIDDEN = {"inner": "zeppelin", "kept": "xylophone"}
"""A column for the studio alone, one for a department that the vendor is not of."""


@pytest.fixture
def apart(studio: Studio) -> Apart:
    apart = Apart(studio)
    department = studio.department("Closed")
    for production in (apart.ours, apart.theirs):
        for name in HIDDEN:
            values = {"name": name, "field_name": name, "entity_type": "Shot", "data_type": "string"}
            row = studio.add(
                MetadataDescriptor, project_id=production.project["id"], for_client=name == "kept", **values
            )
            if name == "kept":
                ids = {"metadata_descriptor_id": row["id"], "department_id": department["id"]}
                studio.link(DepartmentMetadataDescriptorLink, **ids)
    return apart


def shot(apart: Apart, name: str, *, theirs: bool = False, **values: Any) -> Row:
    production = apart.theirs if theirs else apart.ours
    return apart.studio.entity("Shot", name, production.project, production.sequence, **values)


def names(who: Member, query: str, limit: int = 10) -> list[str]:
    body = {"query": query, "index_names": ["assets", "shots"], "limit": limit}
    return [row["name"] for row in who.post("/data/search", body, status=200)["shots"]]


@pytest.mark.parametrize(("who", "word"), [("clo", "zeppelin"), ("vic", "xylophone")])
def test_hidden_words_put_nothing_first(apart: Apart, who: str, word: str) -> None:
    for row in (shot(apart, "quokka1"), shot(apart, "quokka2", data=HIDDEN)):
        apart.studio.task(row, "Vending", assignees=[apart.vic])
    somebody = getattr(apart, who)
    assert names(apart.art, f"quokka {word}") == ["quokka2", "quokka1"]
    assert names(somebody, f"quokka {word}") == ["quokka1", "quokka2"]
    assert names(somebody, f"quokka {word}", limit=1) == ["quokka1"]
    assert names(somebody, "quokka quokka2") == ["quokka2", "quokka1"]
    assert names(apart.art, word) == ["quokka2"]
    assert names(somebody, word) == []
    found = somebody.post("/data/search", {"query": "quokka2", "index_names": ["shots"]}, status=200)["shots"]
    assert [row["matched_terms"] for row in found] == [["name"]]


def test_what_is_out_of_a_vendors_reach_takes_no_place(apart: Apart) -> None:
    shot(apart, "quokka1", data={"open": "marimba"})
    apart.studio.task(shot(apart, "zebra"), "Vending", assignees=[apart.vic])
    for query in ("zebra", "zebra quokka1", "zebra marimba"):
        assert names(apart.vic, query, limit=1) == ["zebra"], query


@pytest.mark.parametrize(
    ("name", "theirs", "data"),
    [("gnuvalueb", True, {}), ("other", True, {"inner": "gnuvalueb"}), ("other", False, {"inner": "gnuvalueb"})],
)
def test_words_are_read_as_one_knows_them(apart: Apart, name: str, theirs: bool, data: Any) -> None:
    shot(apart, "gnuvaluec")
    readers = [apart.clo, apart.art] if theirs else [apart.clo]
    for who in readers:
        assert names(who, "gnuvalueb") == ["gnuvaluec"]
    shot(apart, name, theirs=theirs, data=data)
    for who in readers:
        assert names(who, "gnuvalueb") == ["gnuvaluec"]
    assert names(apart.ada, "gnuvalueb") == [name]


def test_what_others_are_called_like_leaves_room_for_what_one_knows(apart: Apart) -> None:
    shot(apart, "wombatz")
    for letter in "abcdefghijkl":
        shot(apart, f"wombay{letter}", theirs=True)
    assert names(apart.art, "wombayx") == ["wombatz"]
