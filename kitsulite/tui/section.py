"""The frame of a screen: the places to go at its top, its keys at its foot, and work that does not hold it up."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from kitsulite.tui.desk import Desk, Seated
from kitsulite.tui.keys import BESIDE

Result = TypeVar("Result")
PLACES = {
    "people": "People",
    "productions": "Productions",
    "exports": "Exports",
    "activity": "Activity",
    "studio": "Studio",
}


class Places(Static):
    """The line at the top: where one is, where one can go, and who one is."""

    def __init__(self, here: str) -> None:
        super().__init__(id="places")
        self.here = here

    def render(self) -> Content:
        desk = cast(Seated, self.app).desk
        parts = []
        for number, (place, label) in enumerate(PLACES.items(), start=1):
            look = "bold reverse" if place == self.here else ""
            parts.append(Content.from_markup(f"[{look} @click=app.go('{place}')] {number} {label} [/]"))
        line = Content(" ").join(parts)
        who = f" {desk.name} "
        room = self.size.width - line.cell_length - len(who)
        return line + Content(" " * room + who) if room > 0 else line


class Section(Screen[None]):
    """A screen of the terminal. `refill` reads what it shows, whenever it comes into view."""

    place = ""
    AUTO_FOCUS = "Rows"
    BINDINGS = [Binding("r", "refill", "Reload", show=False, tooltip="Read what is shown from the studio again")]

    @property
    def desk(self) -> Desk:
        return cast(Seated, self.app).desk

    def body(self) -> ComposeResult:
        """What is between the top and the foot."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield Places(self.place)
        yield from self.body()
        yield Footer(compact=True)

    def on_screen_resume(self) -> None:
        self.action_refill()

    def action_refill(self) -> None:
        begin(self, self.refill, group="refill")

    async def refill(self) -> None:
        """Read and show."""


def begin(
    screen: Screen[Any], doing: Callable[[], Coroutine[Any, Any, None]], *, group: str = "", beside: bool = False
) -> None:
    """Do something beside the screen; what goes wrong becomes a notification. Of a group only the last one goes on.

    beside  whether keys are handled while it goes on
    """

    async def told() -> None:
        try:
            await doing()
        except Exception as problem:
            cast(Seated, screen.app).complain(problem)

    name = BESIDE if beside else ""
    screen.run_worker(told, name=name, group=group or "default", exclusive=bool(group))  # type: ignore[arg-type]


def action(method: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """An action that waits for people or for the studio, beside the screen; what goes wrong becomes a notification."""

    @wraps(method)
    def start(self: Screen[Any], *arguments: Any) -> None:
        begin(self, partial(method, self, *arguments))

    return start


async def aside(work: Callable[[], Result]) -> Result:
    """The result of something that takes its time, in a thread of its own."""
    return await asyncio.to_thread(work)
