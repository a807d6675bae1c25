"""Lists of constraints as text (TOML): what a field is to be, by its value and its derivatives; see docs/signals.md."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import msgspec

from inrcodec.errors import UsageError

MAX_SAMPLES = 1 << 26  # what the file's header allows for one image
MAX_SIDE = 16_384
CHANNELS = (1, 3, 4)
WHOLE = "whole"
Quantity = Literal["value", "gradient", "direction", "slope", "laplacian"]


class Domain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a constraint holds; one of the four. Masks are pictures that are bright inside."""

    inside: str | None = None
    outside: str | None = None
    points: str | None = None
    near: str | None = None
    within: float = 1.0  # samples, one standard deviation around the points of `near`


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One constraint as a list says it."""

    quantity: Quantity
    target: float | list[float] | str
    domain: Literal["everywhere"] | Domain = "everywhere"
    reading: Literal["normals"] | None = None  # a picture as a normal map, of the gradient
    height: float = 16.0  # samples that white stands above black in it
    weight: float = 1.0
    norm: Literal[1, 2] = 2
    reach: int | Literal["whole"] | None = None


class ConstraintList(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A signal: samples along its axes (x first), channels, and the constraints on it.

    constants: what differences do not tell, the mean of each channel: of a picture, or as numbers.
    """

    axes: tuple[int, int]
    channels: int
    constraint: tuple[Listed, ...]
    name: str | None = None
    constants: str | list[float] | None = None


def read_list(path: Path) -> ConstraintList:
    """The list in a file; UsageError names what is wrong with which constraint."""
    try:
        return parse_list(path.read_text("utf-8"), str(path))
    except UnicodeDecodeError as failure:
        raise UsageError(f"{path}: is not a text; a list of constraints is TOML") from failure


def parse_list(text: str, called: str = "list") -> ConstraintList:
    """The same from a text; `called` is its name in messages."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise UsageError(f"{called}: is not a list of constraints in TOML: {failure}") from failure
    tables = told.pop("constraint", None)
    if not isinstance(tables, list) or not tables:
        raise UsageError(f"{called}: lists no constraints; each is a [[constraint]] with a quantity and a target")
    constraints = tuple(_converted(table, Listed, f"{called}: {label(n, table)}") for n, table in enumerate(tables, 1))
    whole: ConstraintList = _converted({**told, "constraint": ()}, ConstraintList, called)
    listed = msgspec.structs.replace(whole, constraint=constraints)
    for problem in _problems(listed):
        raise UsageError(f"{called}: {problem}")
    return listed


def label(number: int, table: Any) -> str:
    """What messages call the constraint with that number, counted from 1."""
    quantity = table.get("quantity") if isinstance(table, dict) else getattr(table, "quantity", None)
    return f"constraint {number} ({quantity})" if isinstance(quantity, str) else f"constraint {number}"


def write_list(listed: ConstraintList) -> str:
    """The list as TOML; `parse_list` reads the same from it."""
    head = {"axes": list(listed.axes), "channels": listed.channels, "name": listed.name, "constants": listed.constants}
    lines = [f"{key} = {_toml(value)}" for key, value in head.items() if value is not None]
    for constraint in listed.constraint:
        lines += ["", "[[constraint]]"]
        told = {"quantity": constraint.quantity, "target": constraint.target, **msgspec.to_builtins(constraint)}
        lines += [f"{key} = {_toml(value)}" for key, value in told.items()]
    return "\n".join(lines) + "\n"


def _converted(table: Any, kind: Any, called: str) -> Any:
    try:
        return msgspec.convert(table, type=kind, strict=True)
    except msgspec.ValidationError as failure:
        raise UsageError(f"{called}: {failure}{_choices(kind, str(failure))}") from failure


def _choices(kind: Any, problem: str) -> str:
    """What there is to choose from, where a value is none of it: the library's message leaves that out."""
    found = re.fullmatch(r"Invalid enum value .* - at `\$\.(\w+)`", problem)
    choices = get_args(get_type_hints(kind)[found[1]]) if found else ()
    return f"; there are: {', '.join(str(choice) for choice in choices)}" if choices else ""


def _problems(listed: ConstraintList) -> Iterator[str]:
    """What is wrong with values that have the right types."""
    if not all(1 <= side <= MAX_SIDE for side in listed.axes) or math.prod(listed.axes) > MAX_SAMPLES:
        yield f"axes {list(listed.axes)}: 1 to {MAX_SIDE} samples each and {MAX_SAMPLES:,} in all"
    if listed.channels not in CHANNELS:
        yield f"channels {listed.channels}: 1 (gray), 3 (color) or 4 (with alpha)"
    if isinstance(listed.constants, list):
        if len(listed.constants) != listed.channels:
            yield f"constants: {len(listed.constants)} numbers for {listed.channels} channels"
        elif not all(map(math.isfinite, listed.constants)):
            yield "constants: not all of them are finite"
    for number, constraint in enumerate(listed.constraint, 1):
        yield from (f"{label(number, constraint)}: {problem}" for problem in _faults(constraint))


def _faults(constraint: Listed) -> Iterator[str]:
    """What is wrong with one constraint."""
    target, domain, reach = constraint.target, constraint.domain, constraint.reach
    numbers = target if isinstance(target, list) else [target] if isinstance(target, float) else []
    if not all(map(math.isfinite, numbers)):
        yield "its target is not finite"
    if not (math.isfinite(constraint.weight) and constraint.weight > 0):
        yield f"weight {constraint.weight} is not a number above 0"
    if not (math.isfinite(constraint.height) and constraint.height > 0):
        yield f"height {constraint.height} is not a number above 0"
    if isinstance(reach, int) and reach < 1:
        yield f'reach {reach}: 1 for exact derivatives alone, more samples, or "{WHOLE}"'
    if isinstance(domain, Domain):
        asked = [one for one in (domain.inside, domain.outside, domain.points, domain.near) if one is not None]
        if len(asked) != 1:
            yield "its domain is one of inside, outside, points and near"
        if not (math.isfinite(domain.within) and domain.within > 0):
            yield f"within {domain.within} is not a number above 0"
    if reach not in (None, 1):
        if constraint.quantity not in ("gradient", "laplacian"):
            yield f"reach is for gradient and laplacian; {constraint.quantity} holds at single places"
        elif domain != "everywhere" or not isinstance(target, str):
            yield "a reach beyond 1 needs a target known everywhere: a picture or an array, and no domain"
    if constraint.reading is not None and constraint.quantity != "gradient":
        yield f"a normal map is a gradient, not a {constraint.quantity}"


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    return repr(value)
