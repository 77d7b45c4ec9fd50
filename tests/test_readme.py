"""The README says what is true: every command and every example in it is run."""

import os
import re
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import gazu
import pytest
from engines import bare_database, drop_studio, engines_wanted
from serving import environment, serve
from studio import Studio

from kitsulite.cli import make_parser
from kitsulite.cli.info import settings_table
from kitsulite.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
POSTGRES = "postgresql://kitsulite@localhost/studio"
INSTALLS = "python3 -m venv"


SHIM = '''
import os, sys
sys.path.insert(0, os.environ["TESTS"])
from kitsulite.cli import main
arguments = sys.argv[1:]
if arguments[0] != "serve":
    sys.exit(main(arguments))
import kitsulite.server
class Started(kitsulite.server.Server):
    """Is told to stop as soon as it is ready, on any port."""
    def load_config(self):
        super().load_config()
        self.cfg.set("bind", "127.0.0.1:0")
        self.cfg.set("post_worker_init", lambda worker: os.kill(os.getppid(), 15))
kitsulite.server.Server = Started
sys.exit(main(arguments))
'''


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """An environment with a `kitsulite` command that works in a folder of its own; `serve` stops once it is ready."""
    shim = tmp_path / "bin" / "kitsulite"
    shim.parent.mkdir()
    shim.write_text(f"#!{sys.executable}\n{SHIM}")
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    return environment(PATH=f"{shim.parent}:{os.environ['PATH']}", TESTS=str(ROOT / "tests"), MAIL_ENABLED="false")


@pytest.mark.long
def test_the_commands_work_in_the_order_of_the_page(place: dict[str, str], tmp_path: Path) -> None:
    url = bare_database("postgres") if "postgres" in engines_wanted() else f"sqlite:///{tmp_path}/big.db"
    script = "".join(block for block in blocks("sh") if not block.startswith(INSTALLS))
    assert script.count("kitsulite ") > 10
    try:
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace(POSTGRES, url)],
            env=place,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        drop_studio(url)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Loaded" in run.stdout
    assert run.stdout.count("Kitsulite serves") == 2


def test_ci_runs_the_two_commands_that_install() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    commands = [block.strip() for block in blocks("sh") if block.startswith(INSTALLS)]
    assert len(commands) == 2
    for command in commands:
        assert command in script


def test_the_first_example_works_with_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = next(block for block in blocks("python") if "gazu" in block)
    with serve(tmp_path / "studio", "", "--demo") as served:
        example = example.replace("http://127.0.0.1:5000/api", served.api)
        exec(example.replace("the password that was printed", served.password), {})
    assert "SQ010 SH030 Animation Waiting For Approval\n" in capsys.readouterr().out


@pytest.mark.long
def test_a_script_hears_of_what_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = next(block for block in blocks("python") if "requests" in block)
    with serve(tmp_path / "studio", "", "--demo") as served:
        ready = example.replace("http://127.0.0.1:5000/api", served.api)
        listens = threading.Thread(
            target=exec, args=(ready.replace("the password that was printed", served.password), {})
        )
        listens.start()
        gazu.set_host(served.api)
        gazu.log_in("ada@example.com", served.password)
        while listens.is_alive():
            gazu.client.post("data/departments", {"name": f"Grooming {time.monotonic()}", "color": "#000000"})
            listens.join(0.2)
    assert "department:new" in capsys.readouterr().out


def test_an_application_hears_of_what_happens_in_its_tracker(studio: Studio) -> None:
    example = next(block for block in blocks("python") if "tracker.on" in block)
    exec(example, {"fox": studio})
    heard: list[str] = []
    studio.tracker.on("*", lambda event: heard.append(event.name))
    studio.person(role="admin").post("/data/departments", {"name": "Grooming", "color": "#000000"})
    assert heard == ["department:new"]


def test_the_options_are_those_of_the_settings() -> None:
    table = re.search(r"<!-- options -->\n(.*)\n<!-- /options -->", README, re.DOTALL)
    assert table
    assert table[1].splitlines() == settings_table()


def test_the_unit_and_the_backup_say_what_is_understood() -> None:
    variables = {option.metadata["variable"] for option in Settings.__dataclass_fields__.values()}
    unit = blocks("ini")[0]
    assert set(re.findall(r"([A-Z_]+)=\S+", re.search(r"Environment=(.*)", unit)[1])) <= variables  # type: ignore[index]
    for line in (*re.findall(r"ExecStart=(.*)", unit), *blocks("cron")):
        plain = re.sub(r"\$\(.*?\)", "today", line)
        make_parser().parse_args(plain.partition("bin/kitsulite ")[2].split())
