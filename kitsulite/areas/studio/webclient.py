"""A built web client on its way to where it is served from (docs/web-client.md).

Wherever it comes from, a folder, a package, an address, it is copied into the studio's folder once, below the digest of what it
is, and what can be compressed is compressed beside it. Servers that start at once do this at once: the first to be ready wins.
"""

import gzip
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from kitsulite.areas.studio import packages
from kitsulite.areas.studio.packages import BadPackage
from kitsulite.storage.private import make_folder

FOLDER = "ui"
INDEX = "index.html"
ADDRESS = ("http://", "https://")
SHA256 = re.compile("[0-9a-f]{64}")
LEFT_OUT = {".git", "node_modules"}
WORTH_IT = 1024
"""Bytes from which a file is compressed."""
COMPRESSED = {".js", ".mjs", ".css", ".html", ".svg", ".json", ".map", ".txt", ".wasm", ".xml", ".ttf", ".webmanifest"}
PACKED = ".gz"
KEPT = 2
"""How many clients stay in the folder: another server may still serve the one before."""
Tell = Callable[[int, int | None], None]


def prepare(place: str, data: Path, sha256: str = "", told: Tell = lambda size, total: None) -> Path:
    """The folder from which the client at `place` is served; BadPackage.

    place   a folder, a package (.tgz, .zip), or the address of one
    data    the studio's folder
    sha256  of the package; of what comes from an address it must be said
    """
    if sha256 and not SHA256.fullmatch(sha256 := sha256.strip().lower()):
        raise BadPackage("A sha256 has 64 letters and digits: what `sha256sum` says of the package.")
    ready = data / FOLDER
    if place.startswith(ADDRESS):
        return _from_address(place, ready, sha256, told)
    source = Path(place)
    if source.is_file():
        digest = packages.digest_of(source)
        _must_be(digest, sha256, place)
        return _ready(ready, digest, lambda target: packages.unpack(source, target))
    if source.is_dir():
        root = _root(source)
        return _ready(ready, _digest_of(root), lambda target: packages.copy(root, target, LEFT_OUT))
    raise BadPackage(f"There is no web client at {place}: no folder, and no package.")


def _from_address(url: str, ready: Path, sha256: str, told: Tell) -> Path:
    if not sha256:
        raise BadPackage(f"What comes from {url} runs in everybody's browser: say the sha256 that it must have.")

    def fetch(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=ready) as scratch:
            package = Path(scratch) / "package"
            packages.fetch(url, package, told)
            _must_be(packages.digest_of(package), sha256, url)
            packages.unpack(package, target)

    return _ready(ready, sha256, fetch)


def _must_be(digest: str, sha256: str, place: str) -> None:
    if sha256 and digest != sha256:
        raise BadPackage(f"{place} is another package than the one that is wanted: its sha256 is {digest}.")


def _ready(ready: Path, digest: str, fill: Callable[[Path], None]) -> Path:
    """The folder of this digest, filled and compressed once; of those before the newest stay."""
    place = ready / digest
    if not place.is_dir():
        make_folder(ready)
        with tempfile.TemporaryDirectory(dir=ready, prefix=".new-") as scratch:
            made = Path(scratch) / "client"
            made.mkdir()
            fill(made)
            root = _root(made)
            _compress(root)
            try:
                root.rename(place)
            except OSError:
                if not place.is_dir():  # nor did somebody else make it meanwhile
                    raise
        others = [path for path in ready.iterdir() if SHA256.fullmatch(path.name) and path != place]
        for path in sorted(others, key=lambda path: path.stat().st_mtime)[: -(KEPT - 1)]:
            shutil.rmtree(path, ignore_errors=True)
    return place


def _root(folder: Path) -> Path:
    """Where the page is: the index that is nearest to the top; BadPackage when there is none."""
    found = sorted(folder.rglob(INDEX), key=lambda path: (len(path.parts), str(path)))
    if not found:
        raise BadPackage(f"This is no built web client: there is no {INDEX} in it.")
    return found[0].parent


def _digest_of(folder: Path) -> str:
    """Of what lies in a folder, by names, sizes and times: it is copied anew when a server starts on another build."""
    listed = (
        f"{path.relative_to(folder)} {(stat := path.stat()).st_size} {stat.st_mtime_ns}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    return hashlib.sha256("\n".join([str(folder.resolve()), *listed]).encode("utf-8", "surrogateescape")).hexdigest()


def _compress(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in COMPRESSED and path.is_file() and path.stat().st_size >= WORTH_IT:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            if len(packed) < path.stat().st_size:
                path.with_name(path.name + PACKED).write_bytes(packed)
