"""Parts of this package that are programs of their own, run by the interpreter that it belongs to."""

import os
import sys
from pathlib import Path

PACKAGES = Path(__file__).parent.parent.parent


def program(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours."""
    return [_python(), "-m", module, *arguments]


def environment() -> dict[str, str]:
    """An environment in which it finds the package."""
    paths = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _python() -> str:
    """The interpreter; where a server is started by a program of another kind, the one that its packages belong to."""
    if Path(sys.executable).name.startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")
