"""Search finds what people type (docs/api/studio.md)."""

from typing import Any

import pytest
from studio import Member, Studio

from kitsulite.models.entities import Entity, EntityType
from kitsulite.models.productions import Project, ProjectPersonLink, ProjectStatus


class Production:
    """An open production with the few things that are searched."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        status = studio.add(ProjectStatus, name="Open", color="#000000")
        self.types = {name: studio.add(EntityType, name=name)["id"] for name in ("Shot", "Sequence", "Props")}
        self.id = studio.add(Project, name="Agent 327", project_status_id=status["id"])["id"]

    def add(self, type: str, name: str, **values: Any) -> str:
        row = self.studio.add(Entity, name=name, project_id=self.id, entity_type_id=self.types[type], **values)
        return str(row["id"])

    def join(self, *people: Member) -> None:
        with self.studio.tracker.work() as work:
            for person in people:
                work.insert(ProjectPersonLink, project_id=self.id, person_id=person.id)


@pytest.fixture
def production(studio: Studio) -> Production:
    return Production(studio)


def names(person: Member, query: str, index: str = "assets", **more: Any) -> list[str]:
    found = person.post("/data/search", {"query": query, "limit": 10, **more}, status=200)
    return [row["name"] for row in found[index]]


def test_words_are_found_by_their_beginnings_whatever_their_case_and_accents(
    studio: Studio, production: Production
) -> None:
    admin = studio.person(role="admin")
    for name in ("L'ustensile", "Rabbit", "Éléphant rose", "big_tree-old"):
        production.add("Props", name)
    assert names(admin, "usten") == ["L'ustensile"]
    assert names(admin, "RAB") == ["Rabbit"]
    assert names(admin, "elephant") == ["Éléphant rose"]
    assert names(admin, "tree") == ["big_tree-old"]
    assert names(admin, "abbit") == []


def test_a_small_typing_error_is_forgiven(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    production.add("Props", "Lantern")
    production.add("Props", "Lamp")
    assert names(admin, "lamtern") == ["Lantern"]
    assert names(admin, "lxyzern") == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("キツネ", "キツ"),
        ("キツネ", "ツネ"),
        ("東京タワー", "タワ"),
        ("한국 마을", "한국"),
        ("हिन्दी घर", "हि"),
        ("лиса", "ли"),
        ("Łódź", "lodz"),
        ("Łódź", "łó"),
        ("Ærø", "aero"),
        ("Straße", "strasse"),
        ("Éléphant rose", "elefant"),
        ("Éléphant rose", "lephant"),
        ("Chandelier", "chandlier"),
        ("Chandelier", "hcandeleir"),
        ("Lantern", "latnern"),
    ],
)
def test_names_are_found_in_any_script_and_with_two_errors_in_a_long_word(
    studio: Studio, production: Production, name: str, asked: str
) -> None:
    admin = studio.person(role="admin")
    for other in (name, "Wrench", "Umbrella", "Zebra"):
        production.add("Props", other)
    assert names(admin, asked) == [name]


def test_three_errors_and_errors_in_short_words_are_not_forgiven(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    production.add("Props", "Chandelier")
    production.add("Props", "Lamp")
    for asked in ("chxndxlixr", "lomp", "lxyp"):
        assert names(admin, asked) == []


def test_no_production_in_particular_is_all_of_them(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    production.add("Props", "Wrench")
    assert names(admin, "wrench", project_id="") == names(admin, "wrench", project_id=production.id) == ["Wrench"]
    assert names(admin, "wrench", project_id=None) == ["Wrench"]
    admin.post("/data/search", {"query": "wrench", "project_id": "all"}, status=400)


def test_what_has_all_the_words_comes_before_what_has_some(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    for name in ("red car", "red apple", "blue car"):
        production.add("Props", name)
    assert names(admin, "car red") == ["red car", "blue car", "red apple"]
    assert names(admin, "red", limit=1, offset=1) == ["red car"]


def test_a_shot_is_found_by_its_sequence_also_after_that_was_renamed(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    sequence = production.add("Sequence", "Harbour")
    production.add("Shot", "SH001", parent_id=sequence, data={"frame_in": 1001, "weather": "stormy"})
    assert names(admin, "harbour", "shots") == names(admin, "sH00", "shots") == ["SH001"]
    assert names(admin, "1001", "shots") == []
    found = admin.post("/data/search", {"query": "stormy"}, status=200)["shots"]
    assert [row["matched_terms"] for row in found] == [["weather"]]
    assert found[0]["sequence_name"] == "Harbour"

    admin.put(f"/data/entities/{sequence}", {"name": "Lighthouse"})
    assert names(admin, "harbour", "shots") == []
    assert names(admin, "lighth", "shots") == ["SH001"]


def test_what_is_deleted_or_deactivated_is_found_no_more(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    ada = studio.person("Ada")
    asset = production.add("Props", "Wrench")
    assert names(admin, "wrench") == ["Wrench"]
    found = admin.post("/data/search", {"query": "ada"}, status=200)
    assert [row["id"] for row in found["persons"]] == [ada.id]
    admin.delete(f"/data/assets/{asset}")
    admin.put(f"/data/persons/{ada.id}", {"active": False})
    assert names(admin, "wrench") == []
    assert admin.post("/data/search", {"query": "ada"}, status=200)["persons"] == []


def test_a_word_that_nothing_has_any_more_stands_for_none(studio: Studio, production: Production) -> None:
    admin = studio.person(role="admin")
    lantern = production.add("Props", "Lantern")
    assert names(admin, "lamtern") == ["Lantern"]
    admin.delete(f"/data/assets/{lantern}")
    assert names(admin, "lamtern") == []
    production.add("Props", "Lamterna")
    assert names(admin, "lamtern") == ["Lamterna"]


def test_a_word_of_one_kind_is_found_in_that_kind_alone(studio: Studio, production: Production) -> None:
    admin = studio.person("Harbour", role="admin")
    production.add("Props", "Harbour")
    production.add("Shot", "Harbour")
    found = admin.post("/data/search", {"query": "harbour", "index_names": ["assets", "shots", "persons"]}, status=200)
    assert [len(found[kind]) for kind in ("assets", "shots", "persons")] == [1, 1, 1]


def test_people_find_only_what_is_in_their_productions(studio: Studio, production: Production) -> None:
    inside, outside, vendor = studio.person(), studio.person(), studio.person(role="vendor")
    production.join(inside, vendor)
    production.add("Props", "Wrench")
    assert names(inside, "wrench") == ["Wrench"]
    assert names(outside, "wrench") == []
    assert names(vendor, "wrench") == [], "a vendor finds only what has a task of theirs"
    assert "email" not in inside.post("/data/search", {"query": "user"}, status=200)["persons"][0]


def test_too_few_letters_find_nothing_and_a_bad_limit_is_refused(studio: Studio) -> None:
    admin = studio.person(role="admin")
    assert admin.post("/data/search", {"query": "a"}, status=200) == {}
    assert admin.post("/data/search", {"query": "é!"}, status=200) == {}
    refused = admin.post("/data/search", {"query": 3, "limit": 0}, status=400)
    assert [error["field"] for error in refused["data"]["errors"]] == ["query", "limit"]
