"""Swimlanes of a procedure as it is and as it would be: what is kept, removed, merged, added, moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure
from iso_audit.model.simulated import Redesign
from iso_audit.report.cutting import narrowed, parts_of
from iso_audit.report.facts import Facts
from iso_audit.report.figures import Marks, head_height, swimlanes
from iso_audit.report.lettering import SERIF, text, width
from iso_audit.report.looks import LOOKS, Look
from iso_audit.report.pictures import LANDSCAPE, PORTRAIT, fitted, labels_of, scale_of
from iso_audit.report.words import Words, words

_SIZE = 8.4
_SAMPLE = (26.0, 13.0)


@dataclass(frozen=True, slots=True)
class RedesignFigures:
    """Both procedures drawn: (caption, SVG) a page; `is_wide` where one does not fit upright."""

    pictures: tuple[tuple[str, str], ...]
    legend: str
    """An SVG; empty where nothing is marked."""
    is_wide: bool


def redesign_figures(redesign: Redesign, organisation: Organisation, lang: str) -> RedesignFigures:
    """Draw the procedure before and after its redesign, with every step that is affected marked."""
    say = words(lang)
    old, new = (redesign.stages or (redesign.procedure,))[0], redesign.procedure
    before, after = fates_drawn(redesign)
    drawn = [
        _drawn(which, procedure, looks, organisation, say)
        for which, procedure, looks in (("before", old, before), ("after", new, after))
    ]
    shown = {fate for looks in (before, after) for fate in looks.values()}
    return RedesignFigures(
        tuple(picture for pictures, _ in drawn for picture in pictures),
        legend([fate for fate in LOOKS if fate in shown], say) if shown else "",
        any(is_wide for _, is_wide in drawn),
    )


def fates_drawn(redesign: Redesign) -> tuple[dict[str, str], dict[str, str]]:
    """What is marked in the old picture and in the new one: step -> fate, without those that are kept."""
    old, new = (redesign.stages or (redesign.procedure,))[0].by_id, redesign.procedure.by_id
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for fate in redesign.fates:
        if fate.fate != "kept" and fate.step in old:
            before[fate.step] = fate.fate
    for fate in redesign.fates:
        goes_on = fate.into if fate.into in new and fate.fate != "added" else fate.step
        if fate.fate != "kept" and goes_on in new:
            after[goes_on] = fate.fate
    return before, after


def _drawn(
    which: str, procedure: Procedure, fates: Mapping[str, str], organisation: Organisation, say: Words
) -> tuple[list[tuple[str, str]], bool]:
    facts = Facts(say, organisation, {procedure.key: procedure})
    labels = labels_of(procedure, facts)
    layout, is_wide, scale = fitted(procedure, labels)
    room = LANDSCAPE if is_wide else PORTRAIT
    looks = {step: dressed(fate, say) for step, fate in fates.items()}
    called = say(f"redesign.{which}")
    alt = say(
        "redesign.alt",
        which=called,
        title=facts.procedure(procedure.key),
        steps=say.count("count.steps", sum(not step.is_silent for step in procedure.steps)),
        lanes=len(layout.lanes),
        marked=len(fates),
    )
    spans = parts_of(layout, room[1] / scale - head_height(layout, labels))
    pictures = []
    for number, span in enumerate(spans, 1):
        part = narrowed(layout, span)
        svg = swimlanes(
            procedure, part, span, labels, Marks(looks=looks), alt, scale_of(part, span, room, labels)
        )
        pictures.append((f"{called} ({number}/{len(spans)})" if len(spans) > 1 else called, svg))
    return pictures, is_wide


def dressed(fate: str, say: Words) -> Look:
    """The look of a fate with its word."""
    return replace(LOOKS[fate], badge=say(f"badge.{fate}"))


def legend(fates: list[str], say: Words) -> str:
    """Samples in as few lines as an upright page allows, each with what it means."""
    x, y, wide = 1.0, 1.0, 0.0
    drawn = []
    for svg, length in _samples(fates, say):
        if x > 1 and x + length > PORTRAIT[0]:
            x, y = 1.0, y + _SAMPLE[1] + 5
        drawn.append(f'<g transform="translate({x:.1f} {y:.1f})">{svg}</g>')
        x += length
        wide = max(wide, x)
    title, high = say("redesign.legend"), y + _SAMPLE[1] + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.1f} {high:.1f}" width="{wide:.1f}pt" '
        f'height="{high:.1f}pt" role="img" aria-label="{title}" font-family="{SERIF}"><title>{title}</title>'
        f"{''.join(drawn)}</svg>"
    )


def _samples(fates: list[str], say: Words) -> Iterator[tuple[str, float]]:
    for fate in fates:
        look, (w, h) = dressed(fate, say), _SAMPLE
        said = f"{look.badge}: {say(f'fate.{fate}')}"
        words_at = text(w + 4, 9.5, said, _SIZE, anchor="start")
        yield look.drawn((0.0, 0.0, w, h), has_words=False) + words_at, w + 4 + width(said, _SIZE) + 16
