"""Both procedures of a redesign drawn: each fate has a colour, a texture and a word."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Proposal, Scenario
from iso_audit.model.simulated import Fate, Redesign
from iso_audit.report.looks import LOOKS
from iso_audit.report.redesign_figures import fates_drawn, redesign_figures
from iso_audit.report.words import words
from iso_audit.text import LANGUAGES, Text
from tests.strategies import procedure, step

OLD = procedure(step("a", "b"), step("b", "c"), step("c", "d"), step("d", "e"), step("e", "f"), step("f"))
NEW = procedure(step("ab", "e"), step("e", "d"), step("d", "g"), step("g", "f"), step("f", role="chairman"))
FATES = (
    Fate("a", "merged", "ab"),
    Fate("b", "merged", "ab"),
    Fate("c", "removed"),
    Fate("d", "moved"),
    Fate("e", "kept"),
    Fate("f", "changed"),
    Fate("g", "added"),
)


def redesign(old: Procedure = OLD, new: Procedure = NEW, fates: tuple[Fate, ...] = FATES) -> Redesign:
    nothing: Scenario = None  # type: ignore[assignment]  # no figure asks for a number
    return Redesign(Proposal("x", Text(), ()), new, nothing, fates, stages=(old, new))


def test_each_picture_marks_the_steps_that_it_shows() -> None:
    before, after = fates_drawn(redesign())
    assert before == {"a": "merged", "b": "merged", "c": "removed", "d": "moved", "f": "changed"}
    assert after == {"ab": "merged", "d": "moved", "f": "changed", "g": "added"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_becomes_of_a_step_is_said_in_a_word(lang: str) -> None:
    say = words(lang)
    figures = redesign_figures(redesign(), Organisation(), lang)
    (before, old), (after, new) = figures.pictures
    assert (before, after) == (say("redesign.before"), say("redesign.after"))
    badges = {fate: say(f"badge.{fate}") for fate in LOOKS}
    assert len(set(badges.values())) == len(LOOKS)
    assert {fate for fate, said in badges.items() if f">{said}<" in old} == {
        "merged",
        "removed",
        "moved",
        "changed",
    }
    assert {fate for fate, said in badges.items() if f">{said}<" in new} == {
        "merged",
        "added",
        "moved",
        "changed",
    }
    assert all(said in figures.legend for said in badges.values())


def test_fates_are_told_apart_without_their_colour() -> None:
    area = (10.0, 20.0, 88.0, 34.0)
    lines = {fate: look.texture(area) for fate, look in LOOKS.items()}
    assert all(lines[a] != lines[b] for a, b in combinations(lines, 2))


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("fate", LOOKS)
def test_white_letters_can_be_read_on_a_badge(fate: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    assert 1.05 / (_luminance(LOOKS[fate].ink) + 0.05) >= 4.5


@given(st.sampled_from(sorted(LOOKS)), st.floats(20, 120), st.floats(20, 80))
def test_a_texture_stays_inside_its_box(fate: str, wide: float, high: float) -> None:
    x = y = 0.0
    for sign, *numbers in re.findall(
        r"([MLhv])(-?[\d.]+)(?: (-?[\d.]+))?", LOOKS[fate].texture((0, 0, wide, high))
    ):
        a, b = (float(n) if n else 0.0 for n in numbers)
        x, y = {"M": (a, b), "L": (a, b), "h": (x + a, y), "v": (x, y + a)}[sign]
        assert -0.06 <= x <= wide + 0.06
        assert -0.06 <= y <= high + 0.06


def test_a_redesign_that_leaves_the_steps_alone_has_no_legend() -> None:
    kept = tuple(Fate(s.id, "kept") for s in OLD.steps)
    figures = redesign_figures(redesign(new=replace(OLD), fates=kept), Organisation(), "vi")
    assert figures.legend == ""
