"""The last line: the screen's keys, as many as there is room for, and always the one that shows all."""

from __future__ import annotations

from rich.markup import escape
from textual.app import App
from textual.binding import ActiveBinding
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

GAP = "  "
NAMES = {"escape": "Esc", "enter": "Enter", "backspace": "Backspace"}


class Keybar(Widget):
    """Keys with what they do, whole ones only; a click does the same."""

    DEFAULT_CSS = """
    Keybar { dock: bottom; height: 1; padding: 0 1; background: $footer-background; color: $footer-foreground; }
    """

    def render(self) -> Content:
        """Help and Quit, which all screens share, close the line; keys before them are left out from the last on."""
        keys = {key.binding.action: key for key in self.screen.active_bindings.values() if key.binding.show}
        shared = [_words(key) for key in keys.values() if isinstance(key.node, App)]
        own = [_words(key) for key in keys.values() if not isinstance(key.node, App)]
        room = self.size.width - sum(words.cell_length + len(GAP) for words in shared)
        shown = []
        for words in own:
            room -= words.cell_length + len(GAP)
            if room < 0:
                break
            shown.append(words)
        return Content(GAP).join([*shown, *shared])


def _words(key: ActiveBinding) -> Content:
    """The key and what it does."""
    binding = key.binding
    name = binding.key_display or NAMES.get(binding.key, binding.key)
    click = f"{'app' if isinstance(key.node, App) else 'screen'}.{binding.action}"
    words = Content.from_markup(f"[b $footer-key-foreground]{escape(name)}[/] {binding.description}")
    return words.stylize(Style.from_meta({"@click": click}))
