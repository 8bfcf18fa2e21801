"""One picture of each procedure with its findings marked, cut into parts where it is long."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from iso_audit.analysis.layout import PRINTED, Layout, place
from iso_audit.analysis.routing import Sizes
from iso_audit.model.finding import Grade
from iso_audit.model.limits import say_limit
from iso_audit.model.organisation import Organisation
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.procedure import Procedure, Step
from iso_audit.report.cutting import FOOT, Span, narrowed, parts_of
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.figures import Labels, Marks, box_height, head_height, swimlanes
from iso_audit.report.proofs import run_of, way
from iso_audit.report.statements import Group, Statement
from iso_audit.report.tags import overhang
from iso_audit.report.words import words
from iso_audit.text import number

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PORTRAIT, LANDSCAPE = (466.0, 590.0), (712.0, 385.0)
"""Width and height in points that a picture may take on the page."""
SCALES = (1.0, 0.93, 0.86, 0.8, 0.75)
"""A picture is drawn smaller before it is turned or cut, but never too small to read."""
NARROWEST, WIDEST = 60.0, 112.0
TRIED = (88.0, 72.0)
"""Widths of boxes tried for an upright picture whose parts go without the lanes they do not need."""

MOST_NUMBERS = 2
"""Numbers of findings in the badge of a step; the line under the picture names them all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A procedure drawn: `parts` are SVG documents, one a page where there are several."""

    key: str
    title: str
    about: str
    """Code, decision, limit."""
    alt: str
    parts: tuple[str, ...]
    is_wide: bool
    """Wider than an upright page can show in letters one can read."""
    marks: tuple[tuple[str, tuple[int, ...]], ...]
    """(step, numbers of the findings there)"""
    whole: tuple[int, ...]
    run: int
    """Number of the finding whose run is drawn: the gravest that has one; 0 where none has."""
    groups: tuple[str, ...]
    height: float
    row: tuple[str, ...]
    """Limit, steps, dossiers, major, minor, observations: its line in the overview."""

    @property
    def is_clean(self) -> bool:
        """Whether the procedure has no finding at all."""
        return not (self.marks or self.whole)

    @property
    def is_short(self) -> bool:
        """Whether two such pictures fit on one page."""
        return len(self.parts) == 1 and self.height < PORTRAIT[1] / 2 - 10


def pictures(
    outcome: Outcome, workspace: Workspace, found: tuple[Group, ...], facts: Facts
) -> tuple[Picture, ...]:
    """Those with findings first, of these the upright before those across the page, tall before short."""
    by_procedure: dict[str, list[Statement]] = {}
    for group in found:
        for statement in group.statements:
            by_procedure.setdefault(statement.finding.procedure, []).append(statement)
    made = [_picture(one, by_procedure.get(one.key, []), outcome, facts) for one in workspace.procedures]
    return tuple(sorted(made, key=lambda one: (one.is_clean, one.is_wide, one.is_short)))


def standalone(procedure: Procedure, organisation: Organisation, lang: str) -> str:
    """One picture of a whole procedure by itself, as large as it needs to be, without findings."""
    facts = Facts(words(lang), organisation, {procedure.key: procedure})
    labels = labels_of(procedure, facts)
    layout = _laid(procedure, WIDEST, labels)
    title = facts.procedure(procedure.key)
    steps = facts.words.count("count.steps", sum(not step.is_silent for step in procedure.steps))
    alt = facts.words("picture.alone", steps=steps, lanes=len(layout.lanes))
    svg = swimlanes(procedure, layout, (0.0, layout.height), labels, Marks(), title, about=alt)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_NOT_XML.sub(" ", svg)}\n'


def _picture(procedure: Procedure, found: list[Statement], outcome: Outcome, facts: Facts) -> Picture:
    words = facts.words
    at: dict[str, list[int]] = {}
    for statement in found:
        at.setdefault(statement.finding.step, []).append(statement.number)
    whole = at.pop("", [])
    whole += [n for step in [s for s in at if s not in procedure.by_id] for n in at.pop(step)]
    labels = labels_of(procedure, facts)
    layout, is_wide, scale = fitted(procedure, labels)
    room = LANDSCAPE if is_wide else PORTRAIT
    taken = {step: n for (key, step), n in outcome.executions.items() if key == procedure.key}
    shown = min((one for one in found if one.run), key=lambda one: (one.grade.rank, one.number), default=None)
    run = run_of(shown.finding) if shown is not None else ()
    badges = {step: _badge(numbers, facts) for step, numbers in at.items()}
    marks = Marks(badges, taken, run, way(procedure, run))
    title = facts.procedure(procedure.key)
    alt = words(
        "picture.alt",
        title=title,
        steps=words.count("count.steps", sum(not step.is_silent for step in procedure.steps)),
        lanes=len(layout.lanes),
        marked=len(at),
    )
    spans = parts_of(layout, room[1] / scale - head_height(layout, labels))
    return Picture(
        key=procedure.key,
        title=title,
        about=_about(procedure, facts),
        alt=alt,
        parts=tuple(
            swimlanes(procedure, part, span, labels, marks, alt, scale_of(part, span, room, labels))
            for span, part in ((span, narrowed(layout, span)) for span in spans)
        ),
        is_wide=is_wide,
        marks=tuple(
            (facts.step(s.id, procedure.key), tuple(at[s.id])) for s in procedure.steps if s.id in at
        ),
        whole=tuple(sorted(whole)),
        run=shown.number if shown is not None else 0,
        groups=_limit_groups(procedure, facts),
        height=(layout.height + head_height(layout, labels)) * scale,
        row=_row(procedure, found, outcome, facts),
    )


def _badge(numbers: list[int], facts: Facts) -> str:
    """The numbers of the findings at a step, as many as its frame has room for."""
    said = ", ".join(str(number) for number in sorted(numbers)[:MOST_NUMBERS])
    return facts.words("picture.badge", n=said) + "…" * (len(numbers) > MOST_NUMBERS)


def fitted(procedure: Procedure, labels: Labels) -> tuple[Layout, bool, float]:
    """The layout, whether it lies across the page, and its scale.

    Upright and in one piece if some scale allows it, else upright in several, else across.
    """
    rough = place(procedure)
    columns = max(1, round(rough.width / (PRINTED.box_width + PRINTED.gutter)))
    spare = rough.width - columns * PRINTED.box_width
    for room, is_wide in ((PORTRAIT, False), (LANDSCAPE, True)):
        fitting = []
        for scale in SCALES:
            wide = min(WIDEST, (room[0] / scale - spare) / columns)
            if wide >= NARROWEST or (is_wide and scale == SCALES[-1]):
                layout = _laid(procedure, max(wide, NARROWEST), labels)
                fitting.append((layout, is_wide, min(scale, room[0] / layout.width)))
                if (layout.height + head_height(layout, labels)) * scale <= room[1]:
                    return fitting[-1]
        if fitting:
            return fitting[-1]
        if not is_wide and (found := _in_parts(procedure, labels)) is not None:
            return found
    raise AssertionError("the last scale fits everything")


def _in_parts(procedure: Procedure, labels: Labels) -> tuple[Layout, bool, float] | None:
    """Upright in the fewest parts, each with its own lanes only; None if some part stays too wide."""
    found = []
    for wide in TRIED:
        layout = _laid(procedure, wide, labels)
        head = head_height(layout, labels)
        for scale in SCALES:
            spans = parts_of(layout, PORTRAIT[1] / scale - head)
            if all(narrowed(layout, span).width * scale <= PORTRAIT[0] for span in spans):
                found.append((len(spans), -scale, (layout, False, scale)))
    return min(found, key=lambda one: one[:2])[2] if found else None


def scale_of(part: Layout, span: Span, room: tuple[float, float], labels: Labels) -> float:
    """As large as the page allows, but never larger than life."""
    height = head_height(part, labels) + span[1] - span[0] + FOOT * (span[1] < part.height)
    return min(1.0, room[0] / part.width, room[1] / height)


def _laid(procedure: Procedure, wide: float, labels: Labels) -> Layout:
    """Boxes of a width, as high as their words need."""
    heights = {step.id: box_height(step, labels, wide) for step in procedure.steps if not step.is_silent}
    layout = place(procedure, Sizes(box_width=wide), heights)
    margin = overhang(layout, labels.outcome)
    return place(procedure, Sizes(box_width=wide, margin=margin), heights) if margin > 0 else layout


def _name(step: Step, facts: Facts) -> str:
    said = facts.words.say(step.name) or step.id
    return f"{step.number}. {said}" if step.number else said


def labels_of(procedure: Procedure, facts: Facts) -> Labels:
    """What a picture of a procedure says, in the words of its readers."""
    units = {step.unit for step in procedure.steps} | {part.unit for part in procedure.parts}

    applicants = facts.organisation.applicants

    def band(role: str, unit: str) -> str:
        return facts.unit(unit) if procedure.parts and unit and role not in applicants else ""

    def lane(role: str, unit: str) -> tuple[str, str]:
        named = facts.role(role) if role else ("" if unit else facts.words("picture.no_lane"))
        if not named or band(role, unit):
            return named or facts.unit(unit), ""
        return named, facts.unit(unit) if unit and len(units) > 1 and role not in applicants else ""

    def outcome(name: str, case: str) -> str:
        plain = name.replace("-", " ").replace("_", " ")
        said = facts.words.find(f"outcome.{plain.replace(' ', '_')}") or plain
        if case and case != name:
            return f"{said} [{facts.case(case)}]".strip()
        return said

    return Labels(
        lane, lambda step: _name(step, facts), lambda step: facts.limit_of(step.id, procedure.key), outcome,
        facts.words("picture.anytime"), band,
    )  # fmt: skip


def _row(procedure: Procedure, found: list[Statement], outcome: Outcome, facts: Facts) -> tuple[str, ...]:
    grades = Counter(statement.grade for statement in found)
    known = (procedure.key, procedure.id)
    dossiers = sum(n for (name, _), n in outcome.unit_dossiers.items() if name in known)
    steps = sum(not step.is_silent for step in procedure.steps)
    counts = [number(grades[grade], facts.lang) if grades[grade] else NOTHING for grade in Grade]
    return (
        _limits_in_short(procedure, facts) or NOTHING,
        str(steps),
        number(dossiers, facts.lang) if outcome.intake is not None else NOTHING,
        *counts,
    )


def _about(procedure: Procedure, facts: Facts) -> str:
    words = facts.words
    parts = [words("picture.code", code=procedure.code)] if procedure.code else []
    limit = _whole_limit(procedure, facts)
    if limit:
        parts.append(words("picture.limit", limit=limit))
    for case, other in procedure.limits.items():
        if case != "default":
            named = facts.step_name(case, procedure.key) if case in procedure.by_id else facts.case(case)
            parts.append(words("picture.limit_of", case=named, limit=say_limit(other, facts.lang)))
    return " · ".join(parts)


def _whole_limit(procedure: Procedure, facts: Facts) -> str:
    """The time allowed for the whole procedure; empty where none is stated."""
    if procedure.limit is not None:
        return say_limit(procedure.limit, facts.lang)
    return facts.words("picture.same_day") if procedure.same_day else ""


def _limits_in_short(procedure: Procedure, facts: Facts) -> str:
    """From the shortest to the longest time that any case has; one after the other where units differ."""
    limits = sorted(set(procedure.limits.values()), key=lambda one: one.nominal_seconds or 0)
    values = [limit.value for limit in limits]
    if len(set(values)) < 2:
        return _whole_limit(procedure, facts)
    if values[0] and len({limit.unit for limit in limits}) == 1:
        return f"{number(values[0], facts.lang)}–{say_limit(limits[-1], facts.lang)}"
    return "; ".join(dict.fromkeys(say_limit(limit, facts.lang) for limit in limits))


def _limit_groups(procedure: Procedure, facts: Facts) -> tuple[str, ...]:
    said = []
    for group in procedure.limit_groups:
        steps = facts.numbers(group.steps, procedure.key)
        said.append(facts.words("picture.group", steps=steps, limit=say_limit(group.limit, facts.lang)))
    return tuple(said)
