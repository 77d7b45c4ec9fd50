"""Two small studios of a real Zou, where they are at hand: what comes over is what they say, and goes out as it was."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pyotp
import pytest
from engines import bare_database, directly, drop_studio
from signing import log_in
from studio import Studio
from zous import SHARED, VERSIONS, Taker, Zou, here, quietly, shared_zou

from kitsulite import Tracker
from kitsulite.areas.takeover.apifiles import path_of
from kitsulite.areas.takeover.layout import our_key, place_of
from kitsulite.areas.takeover.leaving import leave
from kitsulite.areas.takeover.stores import open_zou_files
from kitsulite.areas.takeover.tables import shared
from kitsulite.models import TABLES

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SHARED.exists(), reason="the studios of a real Zou are not at hand"),
]

SCHEMA = (
    "SELECT table_name, ordinal_position, column_name, udt_name, character_maximum_length, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT enumtypid::regtype::text, enumlabel FROM pg_enum",
)


@pytest.fixture(params=VERSIONS)
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Zou, dict[str, Any]]]:
    (tmp_path / "real").mkdir()
    zou, told = shared_zou(request.param, tmp_path / "real")
    yield zou, told
    drop_studio(zou.url)


@pytest.fixture
def zou(real: tuple[Zou, dict[str, Any]]) -> Zou:
    return real[0]


@pytest.fixture
def told(real: tuple[Zou, dict[str, Any]]) -> dict[str, Any]:
    return real[1]


@pytest.fixture
def moved(tracker: Tracker, zou: Zou) -> Taker:
    taker = Taker(tracker, zou)
    assert taker.run().issues == []
    return taker


def test_every_row_and_file_is_here(moved: Taker, told: dict[str, Any]) -> None:
    for name, table in shared().items():
        with moved.tracker.db.reading():
            assert moved.tracker.db.count(table.select()) == told["counts"].get(name, 0), name
    for file in told["files"]:
        place = place_of(file["bucket"], file["object_key"])
        assert place
        with moved.tracker.files.open(str(our_key(place, file["table"]))) as content:
            assert hashlib.sha256(content.read()).hexdigest() == file["sha256"]
    assert moved.differences() == []


def test_everybody_signs_in(moved: Taker, studio: Studio, told: dict[str, Any]) -> None:
    for email, account in told["accounts"].items():
        if account.get("bot") or account.get("email_otp_secret") or account.get("preview_account"):
            continue
        more = {"totp": pyotp.TOTP(account["totp_secret"]).now()} if "totp_secret" in account else {}
        answer = log_in(studio, email, account["password"], **more)
        assert (answer.status == 200) == (account.get("active", True)), (email, answer)
    for email, account in told["accounts"].items():
        if codes := account.get("recovery_codes"):
            assert log_in(studio, email, account["password"], recovery_code=codes[0]).status == 200


def test_every_file_is_served(moved: Taker, studio: Studio, told: dict[str, Any]) -> None:
    admin = studio.person("Root", "admin")
    for file in told["files"]:
        place = place_of(file["bucket"], file["object_key"])
        assert place
        with moved.tracker.db.reading():
            row = moved.tracker.db.find(TABLES[file["table"]], file["id"])
        path = path_of(file["table"], place, dict(row or {}))
        assert path
        answer = admin.call("GET", quote(path))
        assert hashlib.sha256(answer.result.content).hexdigest() == file["sha256"], (path, answer)


def test_share_links_open(moved: Taker, studio: Studio, told: dict[str, Any]) -> None:
    links = told["share_links"]
    assert studio.stranger.call("GET", f"/shared/playlists/{links['open']}").status == 200
    locked = f"/shared/playlists/{links['locked']}"
    assert studio.stranger.call("GET", locked).status == 404
    assert studio.stranger.call("GET", f"{locked}?password={links['locked_password']}").status == 200


def test_it_goes_out_as_it_came(moved: Taker, zou: Zou, told: dict[str, Any], tmp_path: Path) -> None:
    url, folder = directly(bare_database("postgres")), tmp_path / "out"
    leave(here(moved.tracker), url, open_zou_files(str(folder), new=True), quietly)
    with psycopg.connect(zou.url) as there, psycopg.connect(url) as out:
        for name in shared():
            columns = there.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
                (name,),
            ).fetchall()
            if not columns:
                continue
            query = f'SELECT {", ".join(f"{chr(34)}{column}{chr(34)}::text" for (column,) in columns)} FROM "{name}"'
            assert set(out.execute(query.encode())) == set(there.execute(query.encode())), name
        if told["version"] == VERSIONS[-1]:
            for query in SCHEMA:
                assert set(out.execute(query.encode())) == set(there.execute(query.encode()))
            assert out.execute("SELECT version_num FROM alembic_version").fetchall() == [(told["schema_revision"],)]
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert files.keys() == {file["path"] for file in told["files"]}
    drop_studio(url)
