"""The last line: the screen's keys, as many as there is room for, and always the one that shows all."""

from __future__ import annotations

from textual.app import App
from textual.binding import ActiveBinding
from textual.content import Content
from textual.events import Click
from textual.widget import Widget

GAP = "  "
NAMES = {"escape": "Esc", "enter": "Enter", "backspace": "Backspace"}


class Keybar(Widget):
    """Keys with what they do, whole ones only; a click does the same."""

    DEFAULT_CSS = """
    Keybar { dock: bottom; height: 1; padding: 0 1; background: $footer-background; color: $footer-foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, ActiveBinding]] = []  # first column, width, key

    def render(self) -> Content:
        """Help and Quit, which all screens share, close the line; keys before them are left out from the last on."""
        keys = {key.binding.action: key for key in self.screen.active_bindings.values() if key.binding.show}
        shared = [(key, _words(key)) for key in keys.values() if isinstance(key.node, App)]
        own = [(key, _words(key)) for key in keys.values() if not isinstance(key.node, App)]
        own.sort(key=lambda pair: pair[0].node is not self.screen)  # what has the focus comes behind
        room = self.size.width - sum(words.cell_length + len(GAP) for _, words in shared)
        shown = []
        for key, words in own:
            room -= words.cell_length + len(GAP)
            if room < 0:
                break
            shown.append((key, words))
        self._places, column = [], 0
        for key, words in [*shown, *shared]:
            self._places.append((column, words.cell_length, key))
            column += words.cell_length + len(GAP)
        pending = getattr(self.screen, "pending", "")  # a number that was typed
        return Content(GAP).join([words for _, words in [*shown, *shared]]) + Content.styled(f"{GAP}{pending}", "b")

    async def on_click(self, event: Click) -> None:
        """As if the key was pressed."""
        offset = event.get_content_offset(self)
        for column, width, key in self._places:
            if offset is not None and column <= offset.x < column + width:
                await self.app.run_action(key.binding.action, key.node)


def _words(key: ActiveBinding) -> Content:
    """The key and what it does."""
    name = NAMES.get(key.binding.key) or key.node.app.get_key_display(key.binding)
    return Content.assemble((name, "b $footer-key-foreground"), f" {key.binding.description}")
