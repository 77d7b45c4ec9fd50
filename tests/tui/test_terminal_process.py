"""The installed program, in a terminal as its people have one; and what it must not know of."""

import subprocess
import sys

from ptys import tui
from serving import command, environment
from signing import PASSWORD, known, log_in
from studio import Studio

NEW = "a new sentence"


def test_a_password_is_changed_over_a_terminal(studio: Studio) -> None:
    known(studio, "Ann", role="admin")
    bob = known(studio, "Bob")
    with tui(studio) as session:
        if studio.tracker.db.name == "postgres":  # whose files are no business of this process
            session.wait_for("sign in as an admin")
            session.send(f"ann@studio.test\r{PASSWORD}\r\r")
        session.wait_for("Bob Test", "Filter")
        session.send("/bob\r")
        session.wait_for("1 of 2")
        session.send("p")
        session.wait_for("Password of Bob Test")
        session.send(f"{NEW}\r{NEW}\r")
        session.wait_for("has a new password")
        session.send("q")
        assert session.end() == 0
    assert log_in(studio, "bob@studio.test", PASSWORD).status == 400
    assert log_in(studio, "bob@studio.test", NEW).status == 200
    bob.get("/data/projects/open", status=401)


def test_the_terminal_needs_a_terminal(studio: Studio) -> None:
    arguments = command("tui", "--data", studio.tracker.settings.data)
    settings = {"stdin": subprocess.DEVNULL, "env": environment(), "capture_output": True, "text": True}
    done = subprocess.run(arguments, check=False, **settings)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_the_terminal_knows_nothing_of_http() -> None:
    code = (
        "import sys, kitsulite.tui.app\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('falcon', 'gunicorn')"
        " or name.startswith(('kitsulite.web', 'kitsulite.app', 'kitsulite.server', 'kitsulite.cli'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
