"""What is said of fits that time cuts short: what would do, where that is known."""

from __future__ import annotations

import pytest

from inrcodec.encoding.outlook import Outlook


def said(passes: float) -> str:
    outlook = Outlook(passes=passes, planned=320, a_pass=2.0, other=10.0, images=12, longest=800)
    return " ".join(str(message) for message in outlook.verdicts(15.0))


@pytest.mark.parametrize(
    ("passes", "words"), [(7, ["cut short after 7 of 320 passes", "232", "211"]), (60, []), (320, [])]
)
def test_what_would_do_is_named(passes: float, words: list[str]) -> None:
    for word in words:
        assert word in said(passes)
    assert ("cut short" in said(passes)) == bool(words)


def test_what_another_limit_decided_is_not_told_of_this_one() -> None:
    fitted = Outlook(
        passes=265, planned=265, a_pass=1.0, other=2.0, images=12, longest=48, unhidden=True, resumed=True, guessed=True
    )
    for messages in (fitted.warnings(), fitted.verdicts(36.0)):
        (said,) = messages
        assert said.startswith("when the fit began, there was time for too few passes to hide pixels from")


def test_nothing_is_foretold_from_a_step_or_two() -> None:
    assert "a longer" in said(0.01)
    assert not any(figure.isdigit() for figure in said(0.01).partition("for more than 30 dB")[2])


@pytest.mark.parametrize(
    ("passes", "planned", "told"), [(2, 120, True), (26, 120, False), (5, 5, False), (0, 0, False), (0.4, 120, True)]
)
def test_guesses_that_were_hardly_fitted_are_told_of(passes: float, planned: int, told: bool) -> None:
    outlook = Outlook(passes=passes, planned=planned, a_pass=1.0, other=2.0, images=12, longest=48, guessed=True)
    said = " ".join(str(message) for message in outlook.verdicts(28.0))
    assert ("too few to gain from" in said) is told
    assert ("effort=0" in said) is told
