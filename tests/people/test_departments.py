"""Departments: who is in them, what they work with and what they earn (docs/api/people.md)."""

import uuid

import pytest
from studio import Member, Studio

from kitsulite.models.people import HardwareItem, SalaryScale, Software


@pytest.fixture
def admin(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


KINDS = {
    "software-licenses": ("software_id", "SoftwareDepartmentLink"),
    "hardware-items": ("hardware_item_id", "HardwareItemDepartmentLink"),
}


@pytest.mark.parametrize("word", KINDS)
def test_departments_have_equipment(studio: Studio, admin: Member, word: str) -> None:
    key, type_name = KINDS[word]
    fx, layout = studio.department("FX"), studio.department("Layout")
    thing = (
        studio.add(Software, name="Blender", short_name="bdr", file_extension=".blend")
        if key == "software_id"
        else studio.add(HardwareItem, name="Tablet", short_name="tab")
    )
    path = f"/data/departments/{fx['id']}/{word}"
    assert admin.get(f"/data/departments/{word}") == {}
    link = admin.post(path, {key: thing["id"]})
    assert (link["department_id"], link[key], link["type"]) == (fx["id"], thing["id"], type_name)
    assert admin.post(path, {key: thing["id"].upper()}) == link
    assert admin.get(f"/data/departments/{word}") == {fx["id"]: [thing]}
    assert admin.get(path) == [thing]
    assert admin.get(f"{path}/whatever") == [thing]
    assert admin.get(f"/data/departments/{layout['id']}/{word}") == []
    admin.delete(f"{path}/{thing['id']}")
    admin.delete(f"{path}/{thing['id']}")
    assert admin.get(path) == []


@pytest.mark.parametrize("word", KINDS)
def test_equipment_has_to_be_there_and_so_has_the_department(studio: Studio, admin: Member, word: str) -> None:
    key, _ = KINDS[word]
    department, nobody = studio.department("FX"), str(uuid.uuid4())
    path = f"/data/departments/{department['id']}/{word}"
    assert admin.post(path, {key: "x"}, status=400)["message"] == "Validation error."
    assert admin.post(f"/data/departments/x/{word}", {key: nobody}, status=400)["message"] == "Wrong UUID format."
    assert admin.delete(f"{path}/x", status=400)["message"] == "Wrong UUID format."
    admin.post(path, {key: nobody}, status=404)
    admin.post(f"/data/departments/{nobody}/{word}", {key: nobody}, status=404)
    manager = studio.person(role="manager")
    manager.get(f"/data/departments/{word}", status=403)
    manager.post(path, {}, status=403)


def test_people_come_into_departments_and_leave_them(studio: Studio, admin: Member) -> None:
    ann, fx = studio.person("Ann"), studio.department("FX")
    path = f"/actions/persons/{ann.id}/departments"
    for _ in range(2):
        person = admin.post(f"{path}/add", {"department_id": fx["id"]})
        assert (person["email"], person["departments"]) == (ann.row["email"], [fx["id"]])
    admin.delete(f"{path}/{fx['id'].upper()}")
    assert admin.get(f"/data/persons/{ann.id}")["departments"] == []
    admin.delete(f"{path}/{fx['id']}")
    for wrong in ("x", str(uuid.uuid4())):
        assert admin.delete(f"{path}/{wrong}", status=400)["message"] == "Department ID matches no department"
    admin.post(f"/actions/persons/{uuid.uuid4()}/departments/add", {"department_id": fx["id"]}, status=404)
    ann.post(f"{path}/add", {"department_id": fx["id"]}, status=403)


def test_salary_scales_are_there_for_every_position_of_every_department(studio: Studio, admin: Member) -> None:
    fx = studio.department("FX")
    scales = admin.get("/data/salary-scales?limit=1&page=1")
    assert {(row["department_id"], row["salary"]) for row in scales} == {(fx["id"], 0)}
    assert len({(row["position"], row["seniority"]) for row in scales}) == 9
    raised = admin.put(f"/data/salary-scales/{scales[0]['id']}", {"salary": 100, "department_id": fx["id"]})
    admin.put(f"/data/salary-scales/{scales[0]['id']}", {"department_id": None}, status=400)
    assert (raised["salary"], raised["department_id"]) == (100, fx["id"])
    studio.department("Layout")
    assert len(admin.get("/data/salary-scales")) == 18
    assert studio.row(SalaryScale, scales[0]["id"])["salary"] == 100
    assert admin.post("/data/salary-scales", {}, status=400)["message"] == "Salary scales cannot be created"
    manager = studio.person(role="manager")
    manager.get("/data/salary-scales", status=403)
    manager.post("/data/salary-scales", {}, status=403)
    admin.delete(f"/data/departments/{fx['id']}")
    assert len(admin.get("/data/salary-scales")) == 9


def test_a_software_of_no_id_is_not_there_but_cannot_be_changed_either(admin: Member) -> None:
    admin.get("/data/softwares/x", status=404)
    admin.put("/data/softwares/x", {}, status=400)


def test_only_admins_see_the_keys_to_the_studios_chats(studio: Studio, admin: Member) -> None:
    body = {"name": "Blue Studio", "hours_by_day": "7.5", "chat_token_slack": "xoxb"}
    made = admin.post("/data/organisations", body)
    assert (made["hours_by_day"], made["chat_token_slack"]) == (7.5, "xoxb")
    ann = studio.person("Ann")
    seen = ann.get("/data/organisations")[0]
    assert seen["name"] == "Blue Studio"
    assert not {"chat_token_slack", "chat_webhook_mattermost", "chat_token_discord"} & seen.keys()
    assert len(admin.get("/data/organisations?chat_token_slack=xoxb")) == 1
    refused = ann.get("/data/organisations?chat_token_slack=xoxb", status=400)
    assert refused["message"] == "Filtering on chat_token_slack is not allowed."
    admin.put(f"/data/organisations/{made['id']}", {"hours_by_day": "many"}, status=400)


def test_who_is_in_a_department_is_known_to_everybody_and_to_admins_whole(studio: Studio, admin: Member) -> None:
    zoe, bob, eve = (studio.person(name, phone="12") for name in ("Zoe", "Bob", "Eve"))
    fx = studio.department("FX", zoe, bob)
    studio.department("Layout", eve)
    path = f"/data/departments/{fx['id'].upper()}/persons"
    for who, is_whole in ((admin, True), (studio.person("Moe", role="manager"), False), (eve, False)):
        listed = who.get(path)
        assert [person["first_name"] for person in listed] == ["Bob", "Zoe"]
        assert all(person["departments"] == [fx["id"]] for person in listed)
        assert all(("phone" in person) is is_whole for person in listed)
        assert not any("password" in person for person in listed)
    assert admin.get(f"/data/departments/{studio.department('Edit')['id']}/persons") == []
    for nothing in (uuid.uuid4(), "x"):
        eve.get(f"/data/departments/{nothing}/persons", status=404)
