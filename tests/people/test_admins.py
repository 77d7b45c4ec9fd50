"""The last admin of a studio stays one (docs/api/people.md)."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from signing import set_up
from studio import Member, Studio

from kitsulite.areas.people import sessions
from kitsulite.cli import main
from kitsulite.models.people import Person

LAST = "Ada Test is the last active admin of the studio. Make somebody else an admin first."
ENDS = [{"role": "manager"}, {"active": False}, {"active": 0}, {"active": None}, {"is_bot": True}, {"is_guest": True}]


@pytest.fixture
def ada(studio: Studio) -> Member:
    return studio.person("Ada", role="admin")


def robot(studio: Studio) -> Member:
    """A bot with the rights of an admin, which can change people."""
    bot = studio.person("Robot", role="admin", is_bot=True)
    with studio.tracker.work() as work:
        bot.token = sessions.mint_api_token(work, work.get(Person, bot.id))
    return bot


@pytest.mark.parametrize("change", ENDS)
def test_the_last_admin_stays_one(studio: Studio, ada: Member, change: dict[str, Any]) -> None:
    studio.person("Gone", role="admin", active=False)
    studio.person("Visitor", role="admin", is_guest=True)
    for who in (ada, robot(studio)):
        assert who.put(f"/data/persons/{ada.id}", change, status=400)["message"] == LAST
    assert ada.put(f"/data/persons/{ada.id}", {"phone": "12", "role": "admin", "active": True})["phone"] == "12"
    eve = studio.person("Eve", role="admin")
    eve.put(f"/data/persons/{ada.id}", change)
    assert [row["role"] for row in eve.get(f"/data/persons?id={eve.id}")] == ["admin"]


def test_the_last_admin_is_not_deleted(studio: Studio, ada: Member) -> None:
    bot = robot(studio)
    for path in (f"/data/persons/{ada.id}", f"/data/persons/{ada.id}?force=true"):
        assert bot.delete(path, status=400)["message"] == LAST
    studio.person("Eve", role="admin")
    bot.delete(f"/data/persons/{ada.id}")


@pytest.mark.parametrize("command", [["set-role"], ["deactivate"]])
def test_the_operator_is_told_as_well(
    studio: Studio,
    ada: Member,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SECRET_KEY", studio.tracker.settings.secret_key)
    place = ("--data", studio.tracker.settings.data, "--database", studio.tracker.settings.database)
    role = ["user"] if command == ["set-role"] else []
    assert main(["person", *command, "ada@studio.test", *role, *place]) == 1
    assert LAST in capsys.readouterr().err
    assert studio.row(Person, ada.id)["role"] == "admin"


def test_of_admins_who_demote_each_other_at_once_one_is_left(studio: Studio) -> None:
    admins = [studio.person(f"Admin{number}", role="admin") for number in range(6)]
    pairs = list(itertools.permutations(admins, 2))
    with ThreadPoolExecutor(len(admins)) as pool:
        list(pool.map(lambda pair: pair[0].call("PUT", f"/data/persons/{pair[1].id}", {"role": "user"}), pairs))
    with studio.tracker.work(writes=False) as work:
        assert work.db.count(Person.select(Person.id).where(Person.role == "admin", Person.active)) == 1


def test_a_protected_account_cannot_be_made_nothing_of(studio: Studio, ada: Member) -> None:
    set_up(studio, protected_accounts=["Root@Studio.test"])
    root = studio.person("Root", role="admin")
    for nothing in (None, False, 0):
        ada.put(f"/data/persons/{root.id}", {"active": nothing}, status=403)
