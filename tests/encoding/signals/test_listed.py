"""Lists of constraints: written and read again, and every mistake named with its constraint."""

from __future__ import annotations

import pytest

from inrcodec.encoding.signals.listed import ConstraintList, Domain, Listed, parse_list, write_list
from inrcodec.errors import UsageError

GOOD = """
axes = [8, 6]
channels = 1

[[constraint]]
quantity = "value"
target = 0.5

[[constraint]]
quantity = "gradient"
target = "a.png"
"""


def test_what_is_written_is_read_again() -> None:
    odd = 'a "quoted" \\ name\t\x7f \u202e \U0001f600.png'
    listed = ConstraintList(
        (8, 6),
        3,
        (
            Listed("value", [0.25, 0.5, 1.0], Domain(points="p.csv"), weight=2.5, norm=1),
            Listed("gradient", odd, reach="whole"),
            Listed("laplacian", 0.0, Domain(inside=odd)),
            Listed("slope", 1.0, Domain(near="p.csv", within=3.0)),
            Listed("gradient", "n.png", reading="normals", height=8.0, reach=4),
        ),
        odd,
        [0.1, 0.2, 0.3],
    )
    assert parse_list(write_list(listed)) == listed
    assert parse_list(GOOD).constraint == (Listed("value", 0.5), Listed("gradient", "a.png"))
    assert "weight" not in write_list(parse_list(GOOD))  # what is as usual is left out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("axes = [8, 6]", "axes = [8, 0]"), "axes [8, 0]"),
        (("axes = [8, 6]", "axes = [8]"), "axes"),
        (("axes = [8, 6]", "axes = [16384, 16384]"), "in all"),
        (("axes = [8, 6]", ""), "axes"),
        (("channels = 1", "channels = 2"), "channels 2"),
        (("channels = 1", "channels = 1\nchanels = 3"), "chanels"),
        (("channels = 1", "channels = 1\nconstants = [0.1, 0.2]"), "2 numbers for 1 channels"),
        (("channels = 1", "channels = 1\nconstants = [nan]"), "finite"),
        (("target = 0.5", "target = inf"), "constraint 1 (value): its target is not finite"),
        (("target = 0.5", "target = 0.5\nwieght = 1"), "constraint 1 (value): Object contains unknown field `wieght`"),
        (("target = 0.5", "target = true"), "constraint 1 (value)"),
        (("target = 0.5", ""), "constraint 1 (value)"),
        (("target = 0.5", "target = 0.5\nweight = -1"), "weight -1"),
        (
            ("target = 0.5", "target = 0.5\nnorm = 3"),
            "constraint 1 (value): Invalid enum value 3 - at `$.norm`; there are: 1, 2",
        ),
        (("target = 0.5", "target = 0.5\nreach = 4"), "constraint 1 (value): reach is for gradient and laplacian"),
        (('"value"', '"colour"'), "there are: value, gradient, direction, slope, laplacian"),
        (('target = "a.png"', 'target = "a.png"\nreach = 0'), "constraint 2 (gradient): reach 0"),
        (('target = "a.png"', "target = 0\nreach = 4"), "constraint 2 (gradient): a reach beyond 1 needs"),
        (('target = "a.png"', 'target = "a.png"\nreach = 4\ndomain = {inside="m.png"}'), "a reach beyond 1 needs"),
        (('target = "a.png"', 'target = "a.png"\ndomain = "nowhere"'), "constraint 2 (gradient)"),
        (('target = "a.png"', 'target = "a.png"\ndomain = {}'), "one of inside, outside"),
        (('target = "a.png"', 'target = "a.png"\ndomain = {inside="m.png", near="p.csv"}'), "one of inside, outside"),
        (('target = "a.png"', 'target = 0\ndomain = {near="p.csv", within=0}'), "within 0"),
        (('"value"\ntarget = 0.5', '"value"\ntarget = "n.png"\nreading = "normals"'), "a normal map is a gradient"),
        (('target = "a.png"', 'target = "a.png"\nreading = "normals"\nheight = 0'), "height 0"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_mistakes_are_named(change: tuple[str, str], said: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(UsageError) as caught:
        parse_list(GOOD.replace(*change, 1), "cat.toml")
    assert str(caught.value).startswith("cat.toml: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["axes = [", "", "axes = [8, 6]\nchannels = 1", "constraint = 3", "\x00"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"cat\.toml"):
        parse_list(text, "cat.toml")
