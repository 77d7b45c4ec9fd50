"""What each task type of a production is worked on with (docs/api/productions.md)."""

import pytest
from film import Film, film

from kitsulite.models import new_id
from kitsulite.models.people import Software
from kitsulite.models.productions import ProjectTaskTypeLink
from kitsulite.storage import Row

__all__ = ["film"]
UPDATED = [("project:update", {})]


class Equipped:
    """A film whose layout is done by a department, with a software to do it with."""

    def __init__(self, film: Film) -> None:
        self.film, self.studio = film, film.studio
        self.sue = self.studio.person("Sue", role="supervisor")
        self.tom = self.studio.person("Tom", role="supervisor")
        for member in (self.sue, self.tom):
            self.studio.join(film.project, member)
        layouters = self.studio.department("Layouters", self.sue)
        self.studio.department("Lighters", self.tom)
        self.layout = self.studio.task_type("Layout", department_id=layouters["id"])
        self.unused = self.studio.task_type("Unused")
        self.studio.add(ProjectTaskTypeLink, project_id=film.id, task_type_id=self.layout["id"])
        self.blender = self.software("Blender")
        self.path = self.of(self.layout)
        film.events()

    def software(self, name: str, **values: object) -> Row:
        return self.studio.add(Software, name=name, short_name=name.lower(), file_extension="x", **values)

    def of(self, task_type: Row) -> str:
        return f"{self.film.path}/task-types/{task_type['id']}/softwares"

    def listed(self) -> list[Row]:
        rows: list[Row] = self.film.vic.get(f"{self.film.path}/task-type-softwares")
        return rows


@pytest.fixture
def equipped(film: Film) -> Equipped:
    return Equipped(film)


def test_a_software_is_added_once_and_taken_away_whether_it_is_there_or_not(equipped: Equipped) -> None:
    film, blender = equipped.film, equipped.blender["id"]
    link = {"project_id": film.id, "task_type_id": equipped.layout["id"], "software_id": blender}
    for told in (UPDATED, []):
        assert film.ann.post(equipped.path, {"software_id": blender.upper()}) == link
        assert film.events() == told
    assert equipped.listed() == [link]
    for told in (UPDATED, []):
        film.ann.delete(f"{equipped.path}/{blender.upper()}")
        assert film.events() == told
    film.ann.delete(f"{equipped.path}/{new_id()}")
    film.ann.delete(f"{equipped.path}/x")
    assert equipped.listed() == []


def test_only_of_the_production_that_is_asked_for(equipped: Equipped) -> None:
    other = equipped.studio.project("Other", team=[equipped.film.ann])
    equipped.studio.add(ProjectTaskTypeLink, project_id=other["id"], task_type_id=equipped.layout["id"])
    theirs = f"/data/projects/{other['id']}/task-types/{equipped.layout['id']}/softwares"
    for path in (theirs, equipped.path):
        equipped.film.ann.post(path, {"software_id": equipped.blender["id"]})
    assert [link["project_id"] for link in equipped.listed()] == [equipped.film.id]
    equipped.film.ann.delete(f"{theirs}/{equipped.blender['id']}")
    assert len(equipped.listed()) == 1


def test_supervisors_equip_the_task_types_of_their_department(equipped: Equipped) -> None:
    body = {"software_id": equipped.blender["id"]}
    for member in (equipped.tom, equipped.film.stan, equipped.film.cleo, equipped.film.mallory):
        member.post(equipped.path, body, status=403)
        member.delete(f"{equipped.path}/{equipped.blender['id']}", status=403)
    equipped.sue.post(equipped.path, body)
    equipped.sue.delete(f"{equipped.path}/{equipped.blender['id']}")
    equipped.film.mallory.get(f"{equipped.film.path}/task-type-softwares", status=403)


def test_what_cannot_be_worked_on_or_with_is_refused(equipped: Equipped) -> None:
    ann, body = equipped.film.ann, {"software_id": equipped.blender["id"]}
    assert "does not use" in ann.call("POST", equipped.of(equipped.unused), body).json["message"]
    old = equipped.software("Softimage", archived=True)
    assert "archived" in ann.call("POST", equipped.path, {"software_id": old["id"]}).json["message"]
    unknown = new_id()
    assert unknown in ann.call("POST", equipped.path, {"software_id": unknown}).json["message"]
    for path, given in ((equipped.of(equipped.unused), body), (equipped.path, {"software_id": old["id"]})):
        ann.post(path, given, status=400)
    for given in ({"software_id": unknown}, {"software_id": "x"}, {}):
        ann.post(equipped.path, given, status=400)
    ann.post(f"{equipped.film.path}/task-types/{new_id()}/softwares", body, status=404)
    assert equipped.listed() == []


def test_what_is_archived_later_stays(equipped: Equipped) -> None:
    equipped.film.ann.post(equipped.path, {"software_id": equipped.blender["id"]})
    equipped.studio.store(Software, equipped.blender["id"], archived=True)
    assert len(equipped.listed()) == 1


def test_a_task_type_takes_along_what_it_was_worked_on_with(equipped: Equipped) -> None:
    equipped.film.ann.post(equipped.path, {"software_id": equipped.blender["id"]})
    equipped.film.ann.delete(f"{equipped.film.path}/settings/task-types/{equipped.layout['id']}")
    equipped.film.admin.delete(f"/data/task-types/{equipped.layout['id']}")
    assert equipped.listed() == []
