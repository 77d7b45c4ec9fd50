"""`kitsulite import zou` and `kitsulite export zou`, as an admin runs them."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import boto3
import pytest
from engines import bare_database, directly, drop_studio
from peewee import sqlite3
from serving import command, environment
from stores import REGION, endpoint, spoil
from zous import Taker, Zou, here, quietly

from kitsulite import Tracker
from kitsulite.areas.takeover.layout import BUCKETS, KINDS, place_of
from kitsulite.areas.takeover.leaving import leave
from kitsulite.areas.takeover.refusals import CannotTakeOver
from kitsulite.areas.takeover.stores import open_zou_files
from kitsulite.cli import main
from kitsulite.work.filekeys import key_of

pytestmark = pytest.mark.long

FILES = sum(map(len, KINDS.values()))
Captured = pytest.CaptureFixture[str]


def arguments(zou: Zou, folder: Path) -> list[str]:
    return ["import", "zou", "--database", zou.url, "--files", str(zou.folder), "--data", str(folder)]


def test_a_zou_is_taken_over_compared_and_written_out(zou: Zou, tmp_path: Path, capsys: Captured) -> None:
    folder, told = tmp_path / "studio", tmp_path / "report.json"
    zou.do("UPDATE person SET contract_type = 'pirate' WHERE id = %s", zou.ids["person"])
    assert main([*arguments(zou, folder), "--verify"]) == 3
    assert not folder.exists()
    assert main([*arguments(zou, folder), "--report", str(told)]) == 0
    said = capsys.readouterr().out
    assert f"cleaned: person {zou.ids['person']}: contract_type was 'pirate', which there is not" in said
    report = json.loads(told.read_text())
    assert report["rows"][0]["id"] == zou.ids["person"]
    assert report["tables"]["person"]["taken"] > 0
    assert report["files"]["copied"] == FILES
    assert main([*arguments(zou, folder), "--verify"]) == 0
    assert "Everything is the same." in capsys.readouterr().out
    zou.do("UPDATE project SET description = 'Otherwise'")
    assert main([*arguments(zou, folder), "--verify"]) == 1
    said = capsys.readouterr()
    assert f"different: project {zou.ids['project']}" in said.out
    assert "1 rows and files are not the same." in said.err
    url = directly(bare_database("postgres"))
    out = ["export", "zou", "--database", url, "--files", str(tmp_path / "out"), "--data", str(folder)]
    assert main(out) == 0
    assert f"{FILES} copied" in capsys.readouterr().out
    assert main(out) == 1
    assert "holds tables already" in capsys.readouterr().err
    drop_studio(url)


def test_the_report_is_written_whoever_reads_the_lines(zou: Zou, tmp_path: Path, capsys: Captured) -> None:
    told, url = tmp_path / "report.json", directly(bare_database("postgres"))
    out = ["export", "zou", "--database", url, "--data", str(tmp_path / "studio")]
    for given in (arguments(zou, tmp_path / "studio"), out):
        told.unlink(missing_ok=True)
        reading, writing = os.pipe()
        os.close(reading)
        unbuffered = environment(PYTHONUNBUFFERED="1")
        subprocess.run([*command(*given), "--report", str(told)], env=unbuffered, stdout=writing, check=True)
        os.close(writing)
        assert json.loads(told.read_text())["tables"]
    assert main([*arguments(zou, tmp_path / "studio"), "--report", str(tmp_path / "none" / "report.json")]) == 1
    said = capsys.readouterr()
    assert "unchanged" in said.out
    assert "report.json cannot be written" in said.err
    drop_studio(url)


def test_what_is_no_zou_leaves_no_studio(tmp_path: Path, capsys: Captured) -> None:
    url = directly(bare_database("postgres"))
    assert main(["import", "zou", "--database", url, "--data", str(tmp_path / "studio")]) == 1
    assert "is no database of a Zou" in capsys.readouterr().err
    assert not (tmp_path / "studio").exists()
    drop_studio(url)
    assert main(["import", "zou", "--database", url, "--data", str(tmp_path / "studio"), "--every", "0"]) == 2
    assert main(["export", "zou", "--data", str(tmp_path / "studio")]) == 2


@pytest.mark.long
def test_following_goes_on_until_it_is_ended(zou: Zou, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*command(*arguments(zou, tmp_path / "studio")), "--follow", "--every", "1"],
        env={**environment(), "KITSULITE_LOCK_TIMEOUT": "0.5"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Following"):
            break
    zou.touch("comment", zou.ids["comment"], text="Otherwise")
    assert next(line for line in process.stdout if "1 changed" in line)
    zou.do(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    time.sleep(1.5)
    zou.touch("comment", zou.ids["comment"], text="Once more")
    assert next(line for line in process.stdout if "1 changed" in line)  # it has found the server again
    with contextlib.closing(sqlite3.connect(tmp_path / "studio" / "studio.db")) as busy:
        busy.execute("BEGIN IMMEDIATE")
        zou.touch("comment", zou.ids["comment"], text="Meanwhile")
        time.sleep(3)
    assert next(line for line in process.stdout if "1 changed" in line)  # it has waited for whoever writes here
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Ended." in rest


@pytest.mark.long
@pytest.mark.parametrize("prefix", ["", "atelier-"])
def test_files_in_buckets_come_and_go(tracker: Tracker, zou: Zou, tmp_path: Path, prefix: str) -> None:
    prefix = f"{prefix}{time.time_ns()}-" if prefix else ""
    client = boto3.client("s3", endpoint_url=endpoint(), region_name=REGION)
    for bucket in BUCKETS:
        with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):  # of the other engine
            client.create_bucket(Bucket=prefix + bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for found in client.list_objects_v2(Bucket=prefix + bucket).get("Contents", ()):
            client.delete_object(Bucket=prefix + bucket, Key=found["Key"])
    for path in zou.folder.glob("*/*/*/*/*"):
        bucket, folder = path.relative_to(zou.folder).parts[:2]
        client.put_object(Bucket=prefix + bucket, Key=f"{folder}-{path.name}", Body=path.read_bytes())
    where = f"s3://{prefix}?endpoint={endpoint()}&region={REGION}"
    taker = Taker(tracker, zou, open_zou_files(where))
    assert taker.run().files["copied"] == FILES
    assert taker.run().files["copied"] == 0
    assert taker.differences() == []
    _look_at_faults(tracker, taker, prefix)
    out = f"s3://out-{time.time_ns()}-?endpoint={endpoint()}&region={REGION}"
    files = open_zou_files(out, new=True)
    for bucket in BUCKETS:
        client.create_bucket(
            Bucket=f"{files.prefix}{bucket}",  # type: ignore[attr-defined]
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
    url = directly(bare_database("postgres"))
    leave(here(tracker), url, files, quietly)
    drop_studio(url)
    assert {found.place for found in files.list(print)} == {found.place for found in taker.files.list(print)}
    [place] = [found.place for found in files.list(print) if found.place.prefix == "thumbnails-square"]
    assert place_of(place.bucket, place.key) == place


def _look_at_faults(tracker: Tracker, taker: Taker, prefix: str) -> None:
    """One object that the store does not give is named, a store that lets nobody in ends the run."""
    id = taker.zou.ids["attachment_file"]
    told = {"AccessDenied": "(AccessDenied)", b"cut": "3 read, but total bytes expected is 4"}
    for fault, why in told.items():
        tracker.files.delete(key_of("attachments", id))
        with pytest.MonkeyPatch.context() as broken:
            spoil(broken, "GetObject", f"attachments-{id}", fault)
            [issue] = taker.run().issues
            assert issue.id == id
            assert why in issue.why
            [difference] = taker.differences()
            assert f"attachments-{id} (it cannot be read there: " in difference
    with pytest.MonkeyPatch.context() as broken:
        spoil(broken, "GetObject", f"attachments-{id}", "ExpiredToken")
        spoil(broken, "HeadBucket", "", "ExpiredToken")
        for run in (taker.run, taker.differences):
            with pytest.raises(CannotTakeOver, match=f"The bucket {prefix}files cannot be read: .*ExpiredToken"):
                run()
    assert taker.run().files["copied"] == 1
    assert taker.differences() == []


@pytest.mark.long
def test_buckets_that_are_not_there_are_told(tracker: Tracker, zou: Zou) -> None:
    taker = Taker(tracker, zou, open_zou_files(f"s3://none-?endpoint={endpoint()}&region={REGION}"))
    with pytest.raises(CannotTakeOver, match="The bucket none-pictures cannot be read"):
        taker.run()
    with pytest.raises(CannotTakeOver, match="is no store of a Zou"):
        open_zou_files("s3://bucket/with/path")
