"""F1: every key of the screen one is on."""

from rich.table import Table
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

ABOUT = (
    "Type / to filter a list, Enter to open what the cursor is on. Everything can be clicked. "
    "Ctrl+P finds any command by a few letters of it."
)


class Help(ModalScreen[None]):
    """The keys of a screen."""

    BINDINGS = [("escape,f1,q", "app.pop_screen", "Close")]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self.keys: dict[str, list[str]] = {}
        own_first = sorted(screen.active_bindings.values(), key=lambda found: found.node is not screen)
        for found in own_first:
            about = found.binding.tooltip or found.binding.description
            if about and found.enabled:
                self.keys.setdefault(about, []).append(screen.app.get_key_display(found.binding))

    def compose(self) -> ComposeResult:
        table = Table.grid(padding=(0, 2))
        for about, keys in self.keys.items():
            table.add_row(" ".join(dict.fromkeys(keys)), about)
        with VerticalScroll(id="help"):
            yield Static(ABOUT, id="help-about")
            yield Static(table)
        yield Footer(compact=True, show_command_palette=False)
