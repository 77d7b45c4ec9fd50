"""Dialogs: a form of a few fields, of which none asks, warns or shows.

What is filled in is handed to `save`, which runs beside the screen. When it is refused, the form says why and stays open.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Footer, Input, Label, Select

from kitsulite.tui.desk import Seated
from kitsulite.tui.sentences import sentence
from kitsulite.tui.ticks import Ticks
from kitsulite.work.texts import shown

FEW = 3
"""Fields that can be set apart from one another on the smallest screen."""
Choices = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Field:
    """One line of a form.

    choices  what can be chosen, as (what is shown, value)
    many     any number of the choices; the value is a list
    """

    name: str
    label: str
    value: Any = ""
    secret: bool = False
    choices: Choices | None = None
    many: bool = False
    hint: str = ""

    def widget(self) -> Widget:
        if self.choices is None:
            return Input(
                shown(self.value or ""),
                placeholder=self.hint,
                password=self.secret,
                compact=True,
                id=self.name,
            )
        choices = [(shown(label), value) for label, value in self.choices]
        if self.many:
            return Ticks(choices, self.value, id=self.name)
        return Select(choices, value=self.value, allow_blank=False, compact=True, id=self.name)


class Form(ModalScreen[Any]):
    """A form; its result is (what `save` answered,), or None when it was left.

    text     what stands above the fields
    save     takes the values by the names of their fields
    button   what saving is called
    danger   whether it should look like something to think about
    """

    BINDINGS = [
        Binding("ctrl+s", "save", "Confirm"),
        Binding("enter", "next", "Next", priority=True),
        Binding("escape", "leave", "Close"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field] = (),
        *,
        save: Callable[[dict[str, Any]], Any] | None = None,
        text: str = "",
        button: str = "Save",
        danger: bool = False,
    ) -> None:
        super().__init__()
        self.heading, self.text, self.button, self.danger = title, text, button, danger
        self.fields = fields
        self.carry_out = save
        self.is_saving = False

    def compose(self) -> ComposeResult:
        with Vertical(id="form", classes="danger" if self.danger else ""):
            yield Label(shown(self.heading), id="form-title", markup=False)
            if self.text:
                yield Label("\n".join(map(shown, self.text.split("\n"))), id="form-text", markup=False)
            with VerticalScroll(id="form-fields", classes="many" if len(self.fields) > FEW else ""):
                for field in self.fields:
                    with Horizontal(classes="field"):
                        yield Label(field.label, classes="field-label", markup=False)
                        yield field.widget()
            yield Label("", id="form-problem", markup=False)
            with Horizontal(id="form-buttons"):
                if self.carry_out:
                    yield Button(self.button, id="save", variant="error" if self.danger else "primary", compact=True)
                yield Button("Cancel" if self.carry_out else "Close", id="leave", compact=True)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#form-problem").display = False
        self.query_one("#form-fields").display = bool(self.fields)
        typed = [field for field in self.fields if field.choices is None]
        self.query_one(f"#{typed[0].name}" if typed else "#form-buttons Button").focus()

    def values(self) -> dict[str, Any]:
        """What is filled in."""
        values = {}
        for field in self.fields:
            widget = self.query_one(f"#{field.name}")
            assert isinstance(widget, Input | Select | Ticks)
            values[field.name] = widget.value
        return values

    def complain(self, problem: BaseException) -> None:
        """Say what is wrong, and let it be put right."""
        label = self.query_one("#form-problem", Label)
        label.update(sentence(problem))
        label.display = True
        self.app.bell()
        cast(Seated, self.app).forget_typed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What stands in the footer, too: Enter is a button's or a list's own on those, and what only shows saves nothing."""
        if action == "save":
            return self.carry_out is not None
        return action != "next" or isinstance(self.focused, Input)

    def action_next(self) -> None:
        """From what is typed, go on to the next field; from the last one, save. At once: more may have been typed already."""
        assert self.focused
        if self.focused.id == self.fields[-1].name:
            self.action_save()
        else:
            self.focus_next()

    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        if self.carry_out and not self.is_saving:
            self.is_saving = True
            self.run_worker(self._save())

    async def _save(self) -> None:
        assert self.carry_out
        try:
            result = await asyncio.to_thread(self.carry_out, self.values())
        except Exception as problem:
            self.complain(problem)
        else:
            self.dismiss((result,))
        finally:
            self.is_saving = False

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        self.dismiss(None)
