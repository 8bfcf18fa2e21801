"""One dossier as a reader sees it: what it was, what was done, when it was due, what went wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iso_audit.analysis.alignment import Alignment, Fit, Line
from iso_audit.analysis.passage import Gap, Passage
from iso_audit.analysis.study import study_of
from iso_audit.model.outcome import Workspace
from iso_audit.model.rule import Rule
from iso_audit.model.story import Execution, Story
from iso_audit.report.deviations import Fault, channel, faults, state
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.words import Words, words
from iso_audit.text import date, moment

WORTH_TELLING = 3_600
"""Seconds of work that a dossier may lie between two steps before it is said."""
TO_COME, DROPPED, UNRECORDED = "to-come", "dropped", "unrecorded"
"""Steps left out that are nobody's omission: not yet, not any more, or the applicant's own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the run beside what happened."""

    fit: str
    """A `Fit`, or one of the milder words for what was left out."""
    step: str
    position: int | None
    who: str = ""
    when: str = ""
    used: str = ""
    papers: str = ""
    """The number of its document and the date that it promised."""
    waited: str = ""
    """Working time for which the dossier lay before it; empty where that is not worth telling."""
    codes: tuple[str, ...] = ()
    """Codes of the deviations that it shows."""


@dataclass(frozen=True, slots=True)
class Tale:
    """The story of one dossier in one language; layouts print it and compute nothing."""

    words: Words
    story: Story
    facts: Facts
    passage: Passage
    title: str
    head: tuple[tuple[str, str], ...]
    standing: str
    """`early`, `on_time`, `overdue`, `pending`, `pending_overdue` or `undetermined`."""
    notes: tuple[str, ...]
    alignment: Alignment | None
    lines: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    times: tuple[tuple[str, str], ...]


def tale(story: Story, workspace: Workspace, catalogue: Mapping[str, Rule], lang: str) -> Tale:
    """Tell one dossier in `lang`; `catalogue` gives the titles of rules."""
    say = words(lang)
    facts = Facts(say, workspace.organisation, {each.key: each for each in workspace.procedures})
    passage = Passage(story, workspace.calendar, workspace.organisation)
    requirements = {each.id: each for pack in workspace.packs for each in pack.requirements}
    titles = {name: rule.title.say(lang) for name, rule in catalogue.items()}
    found = faults(story, requirements, titles, facts, passage)
    best = study_of(story.procedure).align([each.step for each in story.executions], story.case)
    standing = standing_of(story)
    notes = [say("story.twice")] if story.is_told_twice else []
    if best is None:
        notes.append(say("story.no_alignment"))
    return Tale(
        words=say,
        story=story,
        facts=facts,
        passage=passage,
        title=facts.procedure(story.procedure.key),
        head=_head(story, standing, facts, passage),
        standing=standing,
        notes=tuple(notes),
        alignment=best,
        lines=_lines(story, best, found, facts, passage),
        faults=found,
        times=_times(story, facts, passage),
    )


def standing_of(story: Story) -> str:
    """How a dossier stands to its due date, by the classes in which dossiers are counted."""
    if story.is_overdue is None or story.due_day is None:
        return "undetermined"
    if story.finished_at is None:
        return "pending_overdue" if story.is_overdue else "pending"
    if story.is_overdue:
        return "overdue"
    return "early" if story.finished_at.date() < story.due_day else "on_time"


def _head(story: Story, standing: str, facts: Facts, passage: Passage) -> tuple[tuple[str, str], ...]:
    words, lang = facts.words, facts.lang

    def at(when: dt.datetime | None) -> str:
        return NOTHING if when is None else moment(when, lang)

    finished = at(story.finished_at)
    if story.finished_at is None:
        key = "story.finished_unknown" if story.is_finished else "story.still_open"
        finished = words(key, at=at(story.drawn_up_at))
    version = story.procedure.in_force.first
    rows = (
        ("procedure", facts.procedure(story.procedure.key)),
        ("version", f"{story.procedure.key}" if version is not None else story.procedure.id),
        ("unit", facts.unit(story.unit)),
        ("channel", channel(story.channel, facts)),
        ("case", words.find(f"case.{story.case}") or story.case),
        ("state", state(story.status, facts)),
        ("received", at(story.received_at)),
        ("appointed", at(story.appointed_at)),
        ("due", at(story.due_at)),
        ("finished", finished),
        ("standing", _standing(story, standing, facts, passage)),
    )
    return tuple((words(f"story.head.{name}"), said) for name, said in rows if said and said != NOTHING)


def _standing(story: Story, standing: str, facts: Facts, passage: Passage) -> str:
    """On time, early or overdue, and by how much working time."""
    if standing == "undetermined" or story.due_at is None or passage.end is None:
        return facts.words("story.undetermined")
    apart = facts.duration(abs(passage.work(passage.end, story.due_at)))
    return facts.words(f"story.{standing}", time=apart)


def _lines(
    story: Story, best: Alignment | None, found: Sequence[Fault], facts: Facts, passage: Passage
) -> tuple[Entry, ...]:
    """Line by line; without an alignment what happened, one after the other."""
    if best is None:
        lines: Sequence[Line] = [
            Line(Fit.AS_WRITTEN if each.is_known else Fit.BEYOND, each.step, at)
            for at, each in enumerate(story.executions)
        ]
    else:
        lines = best.lines
    last = max((at for at, line in enumerate(lines) if line.position is not None), default=-1)
    waits = {gap.before: gap.seconds for gap in passage.gaps() if gap.seconds >= WORTH_TELLING}
    told = []
    for at, line in enumerate(lines):
        if line.position is None:
            fit = _why_left_out(line.step, at > last, story, passage)
            told.append(Entry(fit, facts.step(line.step, story.procedure.key), None))
            continue
        event = story.executions[line.position]
        codes = tuple(dict.fromkeys(one.code for one in found if one.position == line.position))
        waited = facts.duration(waits[line.position]) if line.position in waits else ""
        told.append(_event(line, event, story, facts, passage, waited, codes))
    return tuple(told)


def _why_left_out(step: str, is_after_all: bool, story: Story, passage: Passage) -> str:
    if passage.is_applicants(story.procedure.by_id.get(step)):
        return UNRECORDED
    if is_after_all and story.is_broken_off:
        return DROPPED
    if is_after_all and not story.is_closed:
        return TO_COME
    return Fit.LEFT_OUT.value


def _event(
    line: Line, event: Execution, story: Story, facts: Facts, passage: Passage, waited: str,
    codes: tuple[str, ...],
) -> Entry:  # fmt: skip
    who = [facts.unit(passage.unit(event)), facts.role(event.role), event.actor]
    return Entry(
        line.fit.value,
        facts.step(event.step, story.procedure.key),
        line.position,
        who=" · ".join(each for each in who if each and each != NOTHING),
        when=period(event, facts),
        used=_used(event, facts),
        papers=_papers(event, facts),
        waited=waited,
        codes=codes,
    )


def _papers(event: Execution, facts: Facts) -> str:
    said = [facts.words("story.document", document=event.document)] if event.document else []
    if event.new_appointed_at is not None:
        said.append(facts.words("story.promised", day=date(event.new_appointed_at.date(), facts.lang)))
    return ", ".join(said)


def _used(event: Execution, facts: Facts) -> str:
    """Working time against the limit of the step."""
    limit = event.limit if event.limit is not None and event.limit.value else None
    if event.worked_seconds is None:
        return ""
    used = facts.duration(event.worked_seconds)
    return facts.words("story.of_limit", used=used, limit=facts.say("limit", limit)) if limit else used


def period(event: Execution, facts: Facts) -> str:
    """From start to finish, the day once where both are on one."""
    start, finish, lang = event.started_at, event.finished_at, facts.lang
    if start is None and finish is None:
        return ""
    if start is None or finish is None:
        key = "story.until" if start is None else "story.since"
        return facts.words(key, at=moment(finish or start, lang))  # type: ignore[arg-type]
    if start.date() == finish.date():
        return f"{start:%H:%M}–{finish:%H:%M} {date(finish.date(), lang)}"
    return f"{moment(start, lang)} – {moment(finish, lang)}"


def _times(story: Story, facts: Facts, passage: Passage) -> tuple[tuple[str, str], ...]:
    """Where the working time went; steps side by side count each by itself."""
    words = facts.words
    rows = [(facts.unit(unit), facts.duration(spent)) for unit, spent in passage.by_unit().items()]
    if passage.untimed():
        rows.append((words("story.times.untimed"), words.count("story.entries", passage.untimed())))
    waited = passage.waited_for_applicant()
    if waited or story.standstills:
        rows.append((words("story.times.applicant"), facts.duration(waited)))
    if gaps := passage.gaps():
        rows.append((words("story.times.between"), _waited(gaps, story, facts)))
    if story.used_seconds is not None:
        limit = story.procedure.limits.get(story.case) or story.procedure.limit
        used = facts.duration(story.used_seconds)
        if limit is not None and limit.value:
            used = words("story.of_limit", used=used, limit=facts.say("limit", limit))
        rows.append((words("story.times.counted"), used))
    return tuple(rows)


def _waited(gaps: Sequence[Gap], story: Story, facts: Facts) -> str:
    """For how long a dossier lay in all, and where it lay longest."""
    total = facts.duration(sum(gap.seconds for gap in gaps))
    longest = max(gaps, key=lambda gap: gap.seconds)
    if longest.seconds < WORTH_TELLING:
        return total
    told = {"total": total, "time": facts.duration(longest.seconds)}
    if longest.before is None:
        return facts.words("story.times.since_last", **told)
    step = facts.step_name(story.executions[longest.before].step, story.procedure.key)
    return facts.words("story.times.longest", **told, step=step)
