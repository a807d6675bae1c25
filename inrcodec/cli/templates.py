"""Names of outputs as templates: `out/{name}-{size}.webp`."""

from __future__ import annotations

from string import Formatter

from inrcodec.errors import UsageError

FIELDS = ("name", "number", "size", "width", "height")


def is_template(output: str) -> bool:
    """Whether there is a field in it; UsageError where one is unknown or a brace stands alone."""
    try:
        fields = [field for _, field, _, _ in Formatter().parse(output) if field is not None]
    except ValueError:
        raise UsageError(f"-o {output}: a brace stands alone; write {{name}}, and {{{{ for a brace itself") from None
    unknown = next((field for field in fields if field not in FIELDS), None)
    if unknown is not None:
        listed = ", ".join(f"{{{field}}}" for field in FIELDS)
        raise UsageError(f"-o {output}: there is no {{{unknown}}}; there are {listed}, and {{{{ for a brace itself")
    return bool(fields)


def filled(template: str, name: str, number: int, size: tuple[int, int]) -> str:
    """The path of one image: its name without folders and suffix, its number, its size as 320x200."""
    width, height = size
    try:
        return template.format(name=name, number=number, width=width, height=height, size=f"{width}x{height}")
    except (ValueError, IndexError) as failure:
        raise UsageError(f"-o {template}: {failure}; numbers take a width, as in {{number:03}}") from failure
