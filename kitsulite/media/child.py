"""The process in which pictures are made, `python -m kitsulite.media.child`: a job a line comes in, an answer a line goes out.

It bounds its own memory, and its time, so that nobody has to look after it. It leaves when its standard input ends, which
is when its parent is gone, or when nothing came for a while.
"""

import json
import os
import resource
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

MEMORY = 512 * 1024**2
MARGIN = 5
"""Seconds more than its parent waits that a job has, if there is a parent to wait."""


def main(idle: float) -> None:
    """idle: seconds without work after which the process leaves, and its memory with it"""
    if sys.platform == "linux":  # elsewhere the limit is not kept, or cannot be set
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which then closes our input
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints is no answer
    while line := _line(idle):
        job = json.loads(line)
        signal.alarm(int(job.pop("seconds")) + MARGIN)
        answer = _answer(job)
        signal.alarm(0)
        answers.write(json.dumps(answer).encode() + b"\n")
        if "bad" in answer:
            break  # a decoder may have broken off with its memory in hand


def _line(idle: float) -> bytes:
    """The next job; nothing when there is none for a while, or no parent."""
    if not select.select([0], [], [], idle)[0]:
        return b""
    return sys.stdin.buffer.readline()


def _answer(job: dict[str, Any]) -> dict[str, Any]:
    from kitsulite.media import BadPicture

    try:
        return {"done": _do(**job)}
    except BadPicture as problem:
        return {"bad": str(problem)}
    except MemoryError:
        from kitsulite.media.darkroom import TOO_MUCH

        return {"bad": TOO_MUCH}
    except Exception:
        return {"failed": traceback.format_exc()}


def _do(act: str, pixels: int, **told: Any) -> Any:
    from kitsulite.media import pictures

    match act:
        case "sizes":
            with Path(told["source"]).open("rb") as file:
                picture = pictures.read_picture(file, pixels)
                if not pictures.keep_png(picture, file, Path(told["full"])):
                    pictures.write_png(picture, Path(told["full"]))
            wanted = [
                pictures.as_wide(picture, size) if isinstance(size, int) else (size[0], size[1])
                for _, size in told["smaller"]
            ]
            for (path, _), smaller in zip(told["smaller"], pictures.fitted(picture, wanted), strict=True):
                pictures.write_png(smaller, Path(path))
            return picture.size
        case "fit" | "crop":
            size = told["size"][0], told["size"][1]
            with Path(told["source"]).open("rb") as file:
                picture = pictures.read_picture(file, pixels, at_least=size)
            made = pictures.fit(pictures.seen(picture), size) if act == "fit" else pictures.crop(picture, size)
            pictures.write_png(made, Path(told["target"]))
        case "fit_radiance":
            from kitsulite.media.radiance import read_radiance

            size = told["size"][0], told["size"][1]
            with Path(told["source"]).open("rb") as file:
                picture = read_radiance(file, size)
            pictures.write_png(pictures.fit(picture, size), Path(told["target"]))
        case "draw":
            from kitsulite.media.drawing import draw

            path = Path(told["path"])
            with path.open("rb") as file:
                picture = pictures.seen(pictures.read_picture(file, pixels))
            picture = picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")
            pictures.write_png(draw(picture, told["objects"]), path)
        case "pdf":
            pictures.write_pdf([Path(page) for page in told["pages"]], Path(told["target"]), told["dots_per_inch"])
    return None


if __name__ == "__main__":
    main(float(sys.argv[1]))
