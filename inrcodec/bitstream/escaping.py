"""Names as people see and type them: hostile characters escaped, one Unicode form, safe in a spreadsheet and back."""

from __future__ import annotations

import unicodedata

# Control, format (bidi, zero width), surrogate, private use, unassigned, line and paragraph separators.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of one
QUOTE = "'"


def displayed(text: str) -> str:
    """The text with every character escaped that could move the cursor, reorder the line or hide."""
    if text.isascii() and text.isprintable():  # most names are: of a million, the others take long enough
        return text
    return "".join(
        _escape(character) if unicodedata.category(character) in INVISIBLE else character for character in text
    )


def normal(name: str) -> str:
    """The name in the form in which names are compared: a Mac stores "é" as two characters, a keyboard types one."""
    return unicodedata.normalize("NFC", name)


def typed(name: str) -> str:
    """The name as someone would type it who read it in a listing."""
    return normal(displayed(name)).strip()


def to_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; `from_cell` gives it back."""
    return f"{QUOTE}{text}" if text.startswith((*FORMULA, QUOTE)) else text


def from_cell(cell: str) -> str:
    """The text that `to_cell` made a cell of, or the cell as it is."""
    quoted = cell.startswith(QUOTE) and cell[1:].startswith((*FORMULA, QUOTE))
    return cell[1:] if quoted else cell


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
