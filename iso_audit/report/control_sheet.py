"""The official control sheet of a dossier: who handed it to whom, when, and how each kept its time.

The form is number 05 of TT 01/2018/TT-VPCP for dossiers received until 30 June 2025 and number 06 of
TT 03/2025/TT-VPCP after; of both the columns are known, the words in them are our own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from iso_audit.model.outcome import Settings
from iso_audit.model.story import Execution
from iso_audit.report.as_pdf import Sheet, draw, paper_style
from iso_audit.report.front import place_date
from iso_audit.report.paper import environment_of
from iso_audit.report.story import Tale
from iso_audit.text import date

LAST_OF_2018 = dt.date(2025, 6, 30)
_RANK = ("early", "on_time", "overdue")


@dataclass(frozen=True, slots=True)
class Handover:
    """One row: who gave, who received, when, and how the giver kept its time."""

    giver: str
    receiver: str
    given: str
    received: str
    result: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlSheet:
    """Everything that is printed; empty where nobody knows."""

    form: str
    parent: str
    office: str
    place_date: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[Handover, ...]
    result: str
    version: str


@dataclass(slots=True)
class _Stay:
    """Steps one after the other in one unit."""

    unit: str
    events: list[tuple[int, Execution]]

    @property
    def first(self) -> Execution:
        return self.events[0][1]

    @property
    def last(self) -> Execution:
        return self.events[-1][1]


def render(tale: Tale, settings: Settings, version: str, templates: Path, target: Path) -> None:
    """Write the control sheet of a dossier as PDF.

    Raises:
        RenderError: as `as_pdf.draw`.
    """
    environment = environment_of(templates, tale.words)
    html = environment.get_template("control_sheet.html.j2").render(
        s=control_sheet(tale, settings, version),
        style=paper_style(templates),
        lang=tale.words.lang,
        created=settings.audit_date.isoformat(),
    )
    digest = hashlib.sha256(html.encode()).hexdigest()
    draw(Sheet(html, tale.words, settings.audit_date.isoformat(), digest), templates, target)


def control_sheet(tale: Tale, settings: Settings, version: str) -> ControlSheet:
    """Fill in the form for one dossier."""
    words, story, facts = tale.words, tale.story, tale.facts
    stays = list(_stays(tale))
    lead = story.procedure.owner or story.unit
    units = dict.fromkeys(facts.unit(stay.unit) for stay in stays if stay.unit and stay.unit != lead)
    is_old = story.received_at is not None and story.received_at.date() <= LAST_OF_2018
    standing = tale.standing.removeprefix("pending_")
    whole = standing if standing in _RANK else ""
    return ControlSheet(
        form=words("sheet.form_2018" if is_old else "sheet.form_2025"),
        parent=words.say(settings.parent),
        office=words.say(settings.office),
        place_date=place_date(settings, settings.audit_date, words),
        head=(
            (words("sheet.dossier"), story.dossier),
            (words("sheet.procedure"), words.say(story.procedure.title) or story.procedure.id),
            (words("sheet.lead"), facts.unit(lead)),
            (words("sheet.with"), "; ".join(units)),
            (words("sheet.received"), _moment(story.received_at, tale)),
            (words("sheet.due"), _moment(story.due_at, tale)),
        ),
        rows=tuple(_rows(stays, tale)),
        result=words(f"sheet.{whole}") if whole else "",
        version=version,
    )


def _stays(tale: Tale) -> Iterable[_Stay]:
    """What happened, gathered by unit; the applicant's own steps are a stay with the applicant."""
    found: list[_Stay] = []
    for at, event in enumerate(tale.story.executions):
        is_own = tale.passage.is_applicants(tale.passage.step(event))
        unit = "" if is_own else tale.passage.unit(event)
        if found and found[-1].unit == unit and not _stood_between(found[-1].last, event, tale):
            found[-1].events.append((at, event))
        else:
            found.append(_Stay(unit, [(at, event)]))
    return found


def _stood_between(before: Execution, after: Execution, tale: Tale) -> bool:
    """Whether the file lay with the applicant between two steps, so that it came back in between."""
    done, begun = before.finished_at, after.started_at
    if done is None or begun is None:
        return False
    return any(done <= stop.begin and stop.end <= begun for stop in tale.story.standstills)


def _rows(stays: Sequence[_Stay], tale: Tale) -> Iterable[Handover]:
    """One row for each stay: it was given to the unit, handled, and judged when it left.

    Between two stays in one unit the file lay with the applicant.
    """
    words, before = tale.words, None
    for stay in stays:
        begun = stay.first.started_at or stay.first.finished_at
        is_from_applicant = before is None or before.unit == stay.unit
        given = tale.story.received_at if before is None else before.last.finished_at
        giver = tale.words("sheet.applicant")
        if before is not None and not is_from_applicant:
            giver = _named(before, before.last.actor, tale)
        yield Handover(
            giver=words("sheet.giver", who=giver),
            receiver=words("sheet.receiver", who=_named(stay, stay.first.actor, tale)),
            given=words("sheet.giver", who=_moment(begun if before and is_from_applicant else given, tale)),
            received=words("sheet.receiver", who=_moment(begun, tale)),
            result=_result(stay, tale),
            notes=tuple(_notes(stay, tale)),
        )
        before = stay


def _named(stay: _Stay | None, actor: str, tale: Tale) -> str:
    """A unit with the person who gave or received for it; without a unit the applicant."""
    if stay is None or not stay.unit:
        return tale.words("sheet.applicant")
    name = tale.facts.unit(stay.unit)
    return f"{name} ({actor})" if actor else name


def _result(stay: _Stay, tale: Tale) -> str:
    """The worst of its timed steps: over its limit, done on the day of it, or on a day before."""
    late = {one.position for one in tale.faults if one.code == "TIM-02"}
    found = []
    for at, event in stay.events:
        due = tale.passage.step_due(event)
        if at in late:
            found.append("overdue")
        elif due is not None and event.finished_at is not None:
            on_day = "early" if event.finished_at.date() < due.date() else "on_time"
            found.append("overdue" if event.finished_at > due else on_day)
    return tale.words(f"sheet.{max(found, key=_RANK.index)}") if found else ""


def _notes(stay: _Stay, tale: Tale) -> Iterable[str]:
    """What was done in a stay, by which papers, and how long the clock stood after it."""
    for _, event in stay.events:
        said = tale.facts.step_name(event.step, tale.story.procedure.key)
        yield f"{said} ({tale.words('story.document', document=event.document)})" if event.document else said
    done = stay.last.finished_at
    for stop in tale.story.standstills:
        if done is not None and stop.begin == done:
            stood = tale.facts.duration(tale.passage.work(stop.begin, stop.end))
            yield tale.words("sheet.stood", time=stood)


def _moment(at: dt.datetime | None, tale: Tale) -> str:
    """A moment as forms write it, hour and minute first."""
    if at is None:
        return tale.words("sheet.no_moment")
    return tale.words(
        "sheet.moment",
        hour=f"{at:%H}",
        minute=f"{at:%M}",
        day=date(at.date(), tale.words.lang).replace(" ", "\u00a0"),
    )
