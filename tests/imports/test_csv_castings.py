"""Castings out of tables (docs/api/imports.md)."""

import pytest
import tabling
from studio import Member, Studio

from kitsulite.models.entities import Entity, EntityLink
from kitsulite.storage import Row

HEAD = "Episode,Parent,Name,Asset Type,Asset,Occurences,Label\n"


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann", "admin")


class Show:
    """Two episodes with a shot of the same name, and some assets."""

    def __init__(self, studio: Studio) -> None:
        self.project = studio.project("Show", production_type="tvshow")
        self.e1, self.e2 = (studio.entity("Episode", name, self.project) for name in ("E01", "E02"))
        self.shot = self._shot(studio, self.e1)
        self.other = self._shot(studio, self.e2)
        self.tree, self.hat, self.forest = (
            studio.entity("Prop", name, self.project) for name in ("Tree", "Red Hat", "Forest")
        )
        self.path = f"projects/{self.project['id']}/casting"

    def _shot(self, studio: Studio, episode: Row) -> Row:
        return studio.entity("Shot", "SH01", self.project, studio.entity("Sequence", "S1", self.project, episode))


@pytest.fixture
def show(studio: Studio) -> Show:
    return Show(studio)


def cast(studio: Studio, entity: Row) -> dict[str, tuple[int, str]]:
    with studio.tracker.work(writes=False) as work:
        links = work.db.rows(EntityLink.select().where(EntityLink.entity_in_id == entity["id"]))
        return {
            work.get(Entity, link["entity_out_id"])["name"]: (link["nb_occurences"], link["label"]) for link in links
        }


def test_assets_are_cast_in_shots_in_assets_and_in_episodes(studio: Studio, ann: Member, show: Show) -> None:
    table = HEAD + "E01,S1,SH01,Prop,Tree,3,Set Dress\nMP,Prop,Forest,prop,TREE,,\n,Episode,E02,Prop,red-hat,1,x\n"
    assert tabling.take(ann, show.path, table) == [None, None, None]
    assert cast(studio, show.shot) == {"Tree": (3, "set-dress")}
    assert cast(studio, show.other) == {}
    assert cast(studio, show.e1) == {"Tree": (1, "set-dress")}
    assert cast(studio, show.forest) == {"Tree": (1, "")}
    assert cast(studio, show.e2) == {"Red Hat": (1, "x")}
    assert studio.stored(Entity, show.shot["id"])["nb_entities_out"] == 1
    events = len(ann.get("/data/events/last?limit=100"))
    tabling.take(ann, show.path, table)
    assert len(ann.get("/data/events/last?limit=100")) == events


def test_without_a_label_column_they_are_fixed_and_what_is_cast_is_replaced(
    studio: Studio, ann: Member, show: Show
) -> None:
    short = HEAD.replace(",Label", "")
    tabling.take(ann, show.path, short + "E01,S1,SH01,Prop,Tree,3\n")
    assert cast(studio, show.shot) == {"Tree": (3, "fixed")}
    tabling.take(ann, show.path, HEAD + "E01,S1,SH01,Prop,Tree,5,animate\nE01,S1,SH01,Prop,Red Hat,1,\n")
    assert cast(studio, show.shot) == {"Tree": (5, "animate"), "Red Hat": (1, "")}
    tabling.take(ann, show.path, HEAD + "E01,S1,SH01,Prop,Tree,0,animate\n")
    assert cast(studio, show.shot) == {"Red Hat": (1, "")}


def test_what_is_not_there_is_passed_over_and_a_dry_run_says_so(studio: Studio, ann: Member, show: Show) -> None:
    table = HEAD + "E01,S1,SH01,Prop,Nothing,1,\nE01,S9,SH01,Prop,Tree,1,\nE01,S1,SH01,Prop,Tree,2,\n"
    told = tabling.dry(ann, show.path, table)
    assert [line.get("message") for line in told["lines"]] == [
        "There is no such asset.",
        "There is nothing of that name.",
        None,
    ]
    assert (told["left"], told["changed"]) == (2, 1)
    assert cast(studio, show.shot) == {}
    assert tabling.take(ann, show.path, table) == [None, None, None]
    assert cast(studio, show.shot) == {"Tree": (2, "")}


def test_names_are_compared_as_written_before_they_are_compared_loosely(
    studio: Studio, ann: Member, show: Show
) -> None:
    studio.entity("Prop", "tree", show.project)
    tabling.take(ann, show.path, HEAD + "E01,S1,SH01,Prop,Tree,2,\nE01,S1,SH01,Prop,tree,4,\n")
    assert cast(studio, show.shot) == {"Tree": (2, ""), "tree": (4, "")}


@pytest.mark.parametrize("count", ["many", "-1", "1.5", "²"])
def test_counts_are_counts(ann: Member, show: Show, count: str) -> None:
    told = tabling.refused(ann, show.path, HEAD + f"E01,S1,SH01,Prop,Tree,{count},\n")
    assert told == (f"A value is invalid: Occurences: {count} is no count", 2, 0)


def test_columns_that_must_be_there(ann: Member, show: Show) -> None:
    for column in ("Parent", "Name", "Asset Type", "Asset", "Occurences"):
        head = HEAD.strip().split(",")
        head.remove(column)
        message = tabling.refused(ann, show.path, ",".join(head) + "\n" + ",".join("x" * len(head)) + "\n")[0]
        assert message == f"A columns is missing: '{column}'"
