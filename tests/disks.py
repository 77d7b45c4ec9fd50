"""Disks for tests: small ones that fill up, and such as can only be read."""

import io
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of its own at a folder, as small as said; the test is skipped where this process may not have one."""
    place.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place))
    try:
        yield place
    finally:
        _unmount(place)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """A folder that can only be read while this lasts. Root heeds no permissions, so for root it is mounted so."""
    if os.geteuid() == 0:
        _mount("--bind", str(place), str(place))
        try:
            _mount("-o", "remount,bind,ro", str(place))
            yield
        finally:
            _unmount(place)
        return
    files = [path for path in place.rglob("*") if path.is_file()]
    for path in files:
        path.chmod(0o400)
    place.chmod(0o500)
    try:
        yield
    finally:
        place.chmod(0o700)
        for path in files:
            path.chmod(0o600)


def small_png() -> bytes:
    """A file to put on them."""
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "png")
    return file.getvalue()


def _mount(*arguments: str) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("a disk cannot be mounted here")


def _unmount(place: Path) -> None:
    subprocess.run(["umount", "--lazy", str(place)], check=True)
