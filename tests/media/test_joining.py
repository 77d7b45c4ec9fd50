"""Joining movies (docs/api/playlists.md)."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from footage import facts, movie
from PIL import Image

from kitsulite.media import joining
from kitsulite.media.ffmpeg import BadMovie, Deadline, call, reading
from kitsulite.media.joining import join_movies
from kitsulite.media.movies import Movie, frame_at, pictured


class Cutter:
    """Joins movies in a folder, and counts those that were encoded anew."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.encoded = 0
        measured = joining._measured

        def counted(*arguments: Any) -> Path:
            self.encoded += 1
            return measured(*arguments)

        monkeypatch.setattr(joining, "_measured", counted)

    def file(self, name: str, **wanted: Any) -> Path:
        path = self.folder / name
        path.write_bytes(movie(**wanted))
        return path

    def join(self, *paths: Path, **wanted: Any) -> Movie:
        target = self.folder / "joined.mp4"
        join_movies(paths, target, self.folder, Deadline(60), **wanted)
        assert call(["-loglevel", "error", *reading(target), "-f", "null", "-"], Deadline(60)) == (0, b"", "")
        return facts(target.read_bytes())

    def frame(self, seconds: float) -> Image.Image:
        target = self.folder / "frame.png"
        frame_at(self.folder / "joined.mp4", seconds, target, Deadline(60))
        return Image.open(target).convert("RGB")


@pytest.fixture
def cutter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cutter:
    return Cutter(tmp_path, monkeypatch)


@pytest.mark.long
def test_movies_that_agree_are_joined_as_they_are(cutter: Cutter) -> None:
    long, short = cutter.file("a.mp4", seconds=1, sound=True), cutter.file("it's é.mp4", seconds=0.4, sound=True)
    joined = cutter.join(long, short, long)
    assert joined.duration == pytest.approx(2.4, abs=0.1)
    assert (joined.width, joined.height, joined.has_audio, cutter.encoded) == (64, 48, True, 0)


@pytest.mark.long
def test_movies_that_differ_are_brought_to_one_measure(cutter: Cutter) -> None:
    first = cutter.file("a.mp4", sound=True)
    wide = cutter.file("b.mp4", size="160x40", sound=True)
    joined = cutter.join(first, wide)
    assert (joined.width, joined.height, joined.rate) == (64, 48, Fraction(25))
    assert joined.duration == pytest.approx(0.8, abs=0.1)
    assert cutter.encoded == 2
    assert max(cutter.frame(0.6).getpixel((32, 4))) < 20  # type: ignore[type-var] - a bar above
    sized = cutter.join(first, wide, size=(320, 180))
    assert (sized.width, sized.height) == (320, 180)


@pytest.mark.long
def test_a_movie_without_sound_gets_silence(cutter: Cutter) -> None:
    silent, loud = cutter.file("a.mp4"), cutter.file("b.mp4", sound=True)
    assert cutter.join(silent).has_audio
    joined = cutter.join(silent, loud)
    assert joined.has_audio
    assert joined.duration == pytest.approx(0.8, abs=0.1)


@pytest.mark.long
def test_a_size_counts_for_movies_that_agree_only_when_it_has_to(cutter: Cutter) -> None:
    one = cutter.file("a.mp4", sound=True)
    assert cutter.join(one, one, size=(320, 180)).width == 64
    assert cutter.encoded == 0
    assert cutter.join(one, one, size=(320, 180), always=True).width == 320
    assert cutter.encoded == 2
    cutter.join(one, one, size=(64, 48), always=True)
    assert cutter.encoded == 2


@pytest.mark.long
def test_movies_that_a_decoder_must_be_set_up_for_anew_do_not_agree(cutter: Cutter) -> None:
    """Their streams look alike, but a player that sets its decoder up once could not show the second."""
    one = cutter.file("a.mp4", sound=True)
    other = cutter.file("b.mp4", sound=True, options="-c:v libx264 -preset ultrafast -profile:v high")
    cutter.join(one, other)
    assert cutter.encoded == 2


def test_what_is_no_movie_is_not_joined(cutter: Cutter) -> None:
    (cutter.folder / "text.mp4").write_text("no movie")
    with pytest.raises(BadMovie):
        cutter.join(cutter.file("a.mp4", sound=True), cutter.folder / "text.mp4")
    with pytest.raises(BadMovie):
        cutter.join()


def test_an_end_to_all_work(cutter: Cutter) -> None:
    one, other = cutter.file("a.mp4", sound=True), cutter.file("b.mp4", size="160x90")
    with pytest.raises(BadMovie):
        join_movies([one, other], cutter.folder / "joined.mp4", cutter.folder, Deadline(0))


@pytest.mark.long
@pytest.mark.parametrize("count", [2, 8])
def test_the_pictures_of_joined_movies_stay_evenly_spaced(cutter: Cutter, count: int) -> None:
    """However the sound of each ends after its pictures, no gap adds up."""
    one = cutter.file("a.mp4", sound=True)
    joined = cutter.join(*[one] * count)
    target = cutter.folder / "joined.mp4"
    assert (joined.rate, cutter.encoded) == (Fraction(25), 0)
    assert pictured(target, joined.rate, Deadline(60)) == pytest.approx(0.4 * count, abs=0.002)


def test_sound_that_goes_on_after_the_pictures_is_heard_to_its_end(cutter: Cutter) -> None:
    long = cutter.file("a.mp4", sound=True, options="-filter_complex [1:a]apad=whole_dur=1[a] -map 0:v -map [a]")
    assert cutter.join(long, long).duration == pytest.approx(2, abs=0.1)
