"""`kitsulite key …`."""

import json

import pytest
from shell import Shell
from signing import as_member
from studio import Member, Studio

from kitsulite.cli import main


@pytest.fixture
def ann(studio: Studio) -> Member:
    return studio.person("Ann")


def test_a_key_is_printed_alone_listed_changed_and_removed(studio: Studio, kitsulite: Shell, ann: Member) -> None:
    fox = studio.project("Fox", team=[ann])
    ann.get("/auth/authenticated")  # the first look makes the organisation, which a key that reads may not
    key = kitsulite(
        "key", "create", ann.row["email"], "Farm", "--read-only", "--area", "tasks", "--project", "Fox"
    ).strip()
    assert as_member(studio, key).get("/auth/authenticated")["user"]["id"] == ann.id
    (row,) = json.loads(kitsulite("key", "list", "--json"))
    assert (row["name"], row["areas"], row["project_ids"], row["whose"]) == (
        "Farm",
        ["tasks"],
        [fox["id"]],
        ann.row["email"],
    )
    assert "reads tasks in Fox" in kitsulite("key", "list", ann.id)
    for hours in ("-1", "721"):
        assert "0 to 30 days" in kitsulite("key", "rotate", key[:10], "--hours", hours, code=1)
    new = kitsulite("key", "rotate", key[:10], "--hours", "0").strip()
    as_member(studio, key).get("/auth/authenticated", status=401)
    as_member(studio, new).get("/auth/authenticated")
    assert "opens nothing any more" in kitsulite("key", "remove", row["id"])
    as_member(studio, new).get("/auth/authenticated", status=401)


def test_a_bot_is_found_by_its_name_and_told_to_be_in_no_team(
    studio: Studio, kitsulite: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    fox = studio.project("Fox")
    kitsulite("person", "create-bot", "Render farm")
    assert main(["key", "create", "Render farm", "Farm", "--project", "Fox", *kitsulite.place]) == 0
    said = capsys.readouterr()
    assert "not in the team of Fox" in said.err
    as_member(studio, said.out.strip()).get(f"/data/projects/{fox['id']}", status=403)
    assert "opens nothing" in kitsulite("key", "remove", "Farm")


def test_a_key_ends_on_a_day_or_never(kitsulite: Shell, ann: Member) -> None:
    assert "say one" in kitsulite("key", "create", ann.row["email"], "x", "--never", "--expires", "2999-01-01", code=2)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("key", "create", "nobody@site.com", "Farm"), "There is nobody"),
        (("key", "create", "ann@studio.test", " "), "needs a name"),
        (("key", "create", "ann@studio.test", "Farm", "--area", "nowhere"), "no area of the API"),
        (("key", "create", "ann@studio.test", "Farm", "--project", "Nowhere"), "Nowhere"),
        (("key", "create", "ann@studio.test", "Farm", "--expires", "soon"), "no day"),
        (("key", "create", "ann@studio.test", "Farm", "--expires", "2001-01-01"), "in the future"),
        (("key", "rotate", "klk_nothing"), "There is no key"),
        (("key", "remove", "klk_"), "There is no key"),
    ],
)
def test_what_cannot_be_is_said(kitsulite: Shell, ann: Member, arguments: tuple[str, ...], why: str) -> None:
    assert why in kitsulite(*arguments, code=1)
