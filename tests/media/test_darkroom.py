"""Pictures are made in bounds of memory and time, and cost nobody but their sender (`kitsulite/media/darkroom.py`)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import gazu
import pytest
from footage import picture
from PIL import Image
from reviewing import Review
from serving import environment, family, serve, signed_in
from wire import answers_at_once

from kitsulite.media import BadPicture
from kitsulite.media.child import MEMORY
from kitsulite.media.darkroom import TOO_LONG, TOO_MUCH, Darkroom
from kitsulite.models.reviews import PreviewFile


@pytest.fixture
def darkroom() -> Iterator[Darkroom]:
    room = Darkroom(50_000_000, 60)
    yield room
    room.close()


def process(darkroom: Darkroom) -> int:
    assert darkroom._child
    return darkroom._child.pid


def is_gone(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if "(zombie)" in Path(f"/proc/{pid}/status").read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def flat(path: Path, mode: str, size: tuple[int, int], form: str = "PNG", **options: object) -> Path:
    Image.new(mode, size).save(path, form, **options)
    return path


def small(darkroom: Darkroom, source: Path) -> Image.Image:
    target = source.with_name("small.png")
    darkroom.fit(source, target, (40, 40))
    return Image.open(target)


def test_one_process_makes_one_picture_after_another(darkroom: Darkroom, tmp_path: Path) -> None:
    source = flat(tmp_path / "a.png", "RGB", (100, 50))
    pids = set()

    def make(number: int) -> None:
        darkroom.fit(source, tmp_path / f"{number}.png", (40, 40))
        pids.add(process(darkroom))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 1
    assert all(Image.open(tmp_path / f"{number}.png").size == (40, 40) for number in range(8))


LARGE = {
    "with an alpha channel": ("RGBA", {"compress_level": 1}),
    "in 16 bits": ("I;16", {"compress_level": 1}),
}


@pytest.mark.long
@pytest.mark.parametrize("what", LARGE)
def test_as_many_pixels_as_are_allowed_by_default_are_within_the_bound(
    darkroom: Darkroom, tmp_path: Path, what: str
) -> None:
    mode, options = LARGE[what]
    assert small(darkroom, flat(tmp_path / "a.png", mode, (10_000, 5000), **options)).size == (40, 40)
    [peak] = [line for line in Path(f"/proc/{process(darkroom)}/status").read_text().splitlines() if "VmPeak" in line]
    assert int(peak.split()[1]) * 1024 <= MEMORY


MUCH = {
    "a large one of two colours": ("1", (19_000, 19_000), "PNG", {}, "more than there is memory for"),
    "one with a transparent colour": ("P", (8000, 6000), "PNG", {"transparency": 3}, "more than there is memory for"),
    "one whose decoder takes it": (
        "RGB",
        (8000, 6000),
        "WEBP",
        {"lossless": True, "quality": 0, "method": 0},
        TOO_MUCH,
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("what", MUCH)
def test_what_needs_too_much_memory_is_refused_in_words(darkroom: Darkroom, tmp_path: Path, what: str) -> None:
    mode, size, form, options, words = MUCH[what]
    darkroom.most_pixels = 10**9
    with pytest.raises(BadPicture, match=words):
        small(darkroom, flat(tmp_path / "a", mode, size, form, **options))
    assert small(darkroom, flat(tmp_path / "b.png", "RGB", (90, 50))).size == (40, 40)


def test_a_large_jpeg_is_decoded_no_larger_than_it_is_wanted(darkroom: Darkroom, tmp_path: Path) -> None:
    assert small(darkroom, flat(tmp_path / "a.jpg", "RGB", (12_000, 9000), "JPEG")).size == (40, 40)


def test_what_takes_too_long_is_given_up(review: Review) -> None:
    preview, darkroom = review.preview(), review.studio.tracker.darkroom
    before = review.stored(), review.studio.stored(PreviewFile, preview["id"])
    darkroom.time_limit = 0.001
    assert review.send(preview, "a.png", picture((900, 900)), status=400)["message"] == TOO_LONG
    assert (review.stored(), review.studio.stored(PreviewFile, preview["id"])) == before
    darkroom.time_limit = 60
    assert review.send(preview, "a.png", picture())["status"] == "ready"


def test_a_process_that_is_killed_is_replaced(darkroom: Darkroom, tmp_path: Path) -> None:
    source = flat(tmp_path / "a.png", "RGB", (90, 50))
    small(darkroom, source)
    killed = process(darkroom)
    os.kill(killed, signal.SIGKILL)
    assert is_gone(killed)
    with pytest.raises(BadPicture):
        small(darkroom, source)
    assert small(darkroom, source).size == (40, 40)


def test_the_process_leaves_when_it_has_nothing_to_do(tmp_path: Path) -> None:
    darkroom, source = Darkroom(50_000_000, 60, idle=0.05), flat(tmp_path / "a.png", "RGB", (90, 50))
    small(darkroom, source)
    assert is_gone(process(darkroom))
    assert small(darkroom, source).size == (40, 40)
    last = process(darkroom)
    darkroom.close()
    assert not Path(f"/proc/{last}").exists()


def test_the_process_leaves_with_its_parent(tmp_path: Path) -> None:
    source = flat(tmp_path / "a.png", "RGB", (90, 50))
    program = (
        "import os, sys; from pathlib import Path; from kitsulite.media.darkroom import Darkroom; room = Darkroom(10**6, 60);"
        "room.fit(Path(sys.argv[1]), Path(sys.argv[1]), (9, 9)); print(room._child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(source)], env=environment(), capture_output=True, check=False
    )
    assert run.returncode == -signal.SIGKILL
    assert is_gone(int(run.stdout))


@pytest.mark.long
def test_a_picture_that_takes_long_holds_nobody_up_and_leaves_the_server_small(tmp_path: Path) -> None:
    with serve(tmp_path / "studio", "", "--threads", "1") as served:
        client = signed_in(served)
        person = gazu.client.get_current_user(client=client)["id"]
        source = flat(tmp_path / "a.png", "RGB", (6000, 5000), compress_level=1)

        def send() -> None:
            gazu.client.upload(f"pictures/thumbnails/persons/{person}", str(source), client=client)

        sending = [threading.Thread(target=send) for _ in range(2)]
        for thread in sending:
            thread.start()
        time.sleep(0.3)
        answered = 0
        while any(thread.is_alive() for thread in sending):
            answers_at_once(served)
            answered += 1
        assert answered
        pages = max(pages for _, pages in family(served.process.pid))
        assert pages * os.sysconf("SC_PAGE_SIZE") < 120 * 2**20
