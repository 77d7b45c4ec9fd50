"""Answers that are made while they are sent, within one transaction that ends with them."""

from collections.abc import Callable, Iterator

from kitsulite.web.call import Call
from kitsulite.web.routing import Answer
from kitsulite.work.work import Work

NDJSON = "application/x-ndjson"


def streamed(call: Call, produce: Callable[[Work], Iterator[bytes]], type: str, **headers: str) -> Answer:
    """The answer whose pieces `produce` makes. The route must be `alone`.

    The first piece is made at once, so that what is refused is refused before anything is sent.
    """

    def pieces() -> Iterator[bytes]:
        with call.begin(writes=False) as work:
            yield from produce(work)

    made = pieces()
    first = next(made, b"")

    def whole() -> Iterator[bytes]:
        try:
            yield first
            yield from made
        finally:
            made.close()  # type: ignore[attr-defined]

    return Answer(chunks=whole(), type=type, headers={name.replace("_", "-"): value for name, value in headers.items()})
