"""The terminal itself: its screens, its colours, its palette of commands."""

import os
from collections.abc import Iterable
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen
from textual.theme import Theme

from kitsulite.areas.people.secondfactors import Proof
from kitsulite.tui.activity import Activity
from kitsulite.tui.desk import Desk
from kitsulite.tui.exports import Exports
from kitsulite.tui.form import Field, Form
from kitsulite.tui.help import Help
from kitsulite.tui.keys import KeysInOrder
from kitsulite.tui.people import People
from kitsulite.tui.productions import Productions
from kitsulite.tui.section import PLACES
from kitsulite.tui.sentences import sentence
from kitsulite.tui.studio import Studio
from kitsulite.work.texts import shown

DARK = Theme(
    "kitsulite-dark",
    primary="#e8a15c",
    secondary="#7aa6c2",
    accent="#e8a15c",
    foreground="#e6e1da",
    background="#16181d",
    surface="#1d2026",
    panel="#262a32",
    success="#8fbf7f",
    warning="#e5c07b",
    error="#e06c75",
    dark=True,
)
LIGHT = Theme(
    "kitsulite-light",
    primary="#a4551a",
    secondary="#2f6690",
    accent="#a4551a",
    foreground="#24292f",
    background="#fbfaf7",
    surface="#f3f0ea",
    panel="#e7e2d8",
    success="#2f7d32",
    warning="#8a6100",
    error="#b3261e",
    dark=False,
)
LIGHT_BACKGROUNDS = {"7", "15"}


class Terminal(KeysInOrder):
    """The admin's terminal."""

    TITLE = "Kitsulite"
    CSS_PATH = "terminal.tcss"
    MODES = {
        "people": People,
        "productions": Productions,
        "exports": Exports,
        "activity": Activity,
        "studio": Studio,
    }
    BINDINGS = [
        *(
            Binding(f"{number},alt+{number}", f"go('{place}')", label, show=False, tooltip=f"Go to {label}")
            for number, (place, label) in enumerate(PLACES.items(), start=1)
        ),
        Binding("f1", "help", "Help", key_display="F1", tooltip="The keys of this screen", priority=True),
        Binding("q,ctrl+q", "quit", "Quit"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.animation_level = "none"  # for slow lines
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = LIGHT.name if _is_light(os.environ.get("COLORFGBG", "")) else DARK.name

    def on_mount(self) -> None:
        if self.desk.is_taken:
            self.switch_mode("people")
        else:
            self._sign_in()

    def _sign_in(self) -> None:
        fields = (
            Field("login", "E-mail"),
            Field("password", "Password", secret=True),
            Field("code", "Code", hint="second factor or recovery code, if any"),
        )

        def save(values: dict[str, Any]) -> None:
            code = values["code"].replace(" ", "") or None
            is_totp = code is not None and code.isdecimal()
            proof = Proof(totp=code if is_totp else None, recovery_code=None if is_totp else code)
            self.desk.sign_in(values["login"].strip(), values["password"], proof)

        def signed_in(result: object) -> None:
            if result is None:
                self.exit()
            else:
                self.switch_mode("people")

        self.push_screen(Form("Kitsulite: sign in as an admin", fields, save=save, button="Sign in"), signed_in)

    def notify(self, message: str, **how: Any) -> None:
        super().notify(shown(message), **how)

    def complain(self, problem: BaseException) -> None:
        """Tell what went wrong."""
        self.notify(sentence(problem), severity="error")
        self.forget_typed()

    def action_go(self, place: str) -> None:
        if not self.desk.is_taken or self.screen.is_modal:
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(place)

    def action_help(self) -> None:
        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.screen))

    def action_light(self) -> None:
        self.theme = DARK.name if self.theme == LIGHT.name else LIGHT.name

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """All that can be done from here: the actions of the screen, then the places, then the terminal itself."""
        for found in screen.active_bindings.values():
            if found.node is screen and found.enabled and found.binding.description:
                about = found.binding.tooltip or found.binding.description
                yield SystemCommand(about, f"Key {self.get_key_display(found.binding)}", _runner(screen, found.binding))
        for place, label in PLACES.items():
            yield SystemCommand(f"Go to {label}", "", lambda place=place: self.action_go(place))
        yield SystemCommand("Light or dark", "Change the colours of the terminal", self.action_light)
        yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)
        yield SystemCommand("Help", "The keys of this screen", self.action_help)
        yield SystemCommand("Quit", "Leave the terminal", self.action_quit)


def _runner(screen: Screen[Any], binding: Binding) -> Any:
    async def run() -> None:
        await screen.run_action(binding.action)

    return run


def _is_light(colors: str) -> bool:
    """What many terminals say of themselves in COLORFGBG: `foreground;background`."""
    return colors.rpartition(";")[2] in LIGHT_BACKGROUNDS
