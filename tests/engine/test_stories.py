"""A dossier's story is what an auditor in plain Python would tell of it, event by event."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.held import HeldLog
from iso_audit.engine.protocol import Question
from iso_audit.model.log import LogMapping, TableMapping
from iso_audit.model.story import Story
from iso_audit.model.trace import YES
from tests.engine.logs import DrawnLog, logs
from tests.engine.plain import Dossier, PlainAudit
from tests.engine.test_facts import linked
from tests.engine.test_tally import QUESTIONS, PlainTally, judged

Wall = dt.datetime | None


def wall(at: dt.datetime | None, zone: ZoneInfo) -> Wall:
    """What the clock of the office shows, to the second."""
    return None if at is None else at.astimezone(zone).replace(tzinfo=None, microsecond=0)


def executions(story: Story, zone: ZoneInfo) -> list[tuple[object, ...]]:
    return [
        (e.step, e.is_known, e.unit, e.role, e.actor, wall(e.started_at, zone), wall(e.finished_at, zone),
         e.worked_seconds, e.document, wall(e.new_appointed_at, zone))
        for e in story.executions
    ]  # fmt: skip


def plain_executions(dossier: Dossier, plain: PlainAudit) -> list[tuple[object, ...]]:
    rows = []
    for e in dossier.events:
        start, finish = wall(e.start, plain.zone), wall(e.finish, plain.zone)
        is_timed = start is not None and finish is not None and start <= finish
        worked = plain.worked(e.start, e.finish) if is_timed and e.start and e.finish else None
        rows.append(
            (e.step or e.act, bool(e.step), e.unit, e.role, e.actor, start, finish, worked, e.document,
             wall(e.new_date, plain.zone))
        )  # fmt: skip
    return rows


def plain_stops(dossier: Dossier, plain: PlainAudit) -> list[tuple[Wall, Wall, bool]]:
    stops = [(wall(b, plain.zone), wall(e, plain.zone), anew) for _, b, e, anew in plain._stops(dossier)]
    return sorted(
        stop for stop in stops if stop[0] is not None and stop[1] is not None and stop[0] <= stop[1]
    )


def plain_used(dossier: Dossier, plain: PlainAudit) -> int | None:
    """Working time from receipt to the end, piece by piece, without pieces that lie in a standstill."""
    begin, end = dossier.received, dossier.end or plain.drawn
    if begin is None:
        return None
    whole = [at.replace(microsecond=0) for at in (begin, end)]
    stops = [(b.replace(microsecond=0), e.replace(microsecond=0)) for _, b, e, _ in plain._stops(dossier)]
    cuts = sorted({*whole, *(at for stop in stops for at in stop)})
    return sum(
        plain.worked(a, b)
        for a, b in pairwise(cuts)
        if whole[0] <= a and b <= whole[1] and not any(stop[0] <= a and b <= stop[1] for stop in stops)
    )


def compare(held: HeldLog, plain: PlainAudit) -> None:
    """Tell every dossier and hold it against the plain auditor."""
    held.tally([Question(*each) for each in QUESTIONS], *judged(held))
    failures = PlainTally(plain).failures
    for dossier in plain.judged:
        (story,) = held.stories(dossier.id)
        zone = plain.zone
        assert dossier.procedure is not None
        assert story.procedure is dossier.procedure
        assert (story.case, story.unit) == (dossier.case, dossier.unit)
        assert wall(story.received_at, zone) == wall(dossier.received, zone)
        assert wall(story.finished_at, zone) == wall(dossier.end, zone)
        assert wall(story.drawn_up_at, zone) == wall(plain.drawn, zone)
        assert (wall(story.due_at, zone), story.due_day) == (wall(dossier.due, zone), dossier.due_day)
        assert story.is_overdue is {0: False, 1: True}.get(dossier.facts["overdue"])
        assert story.is_finished == dossier.finished
        assert (story.is_closed, story.is_broken_off) == (
            dossier.facts["closed"] == YES,
            dossier.facts["broken_off"] == YES,
        )
        assert executions(story, zone) == plain_executions(dossier, plain)
        told = [(wall(s.begin, zone), wall(s.end, zone), s.anew) for s in story.standstills]
        assert sorted(told) == plain_stops(dossier, plain)
        assert story.used_seconds == plain_used(dossier, plain)
        assert story.is_told_twice == (dossier.id in plain.twice)
        expected = [
            (QUESTIONS[place[0]][0], QUESTIONS[place[0]][2], place[3],
             None if event is None else dossier.events.index(event))
            for place, whose, event in failures
            if whose is dossier
        ]  # fmt: skip
        found = [(d.code, d.requirement, d.step, d.position) for d in story.deviations]
        assert sorted(found, key=str) == sorted(expected, key=str)


def compare_all(log: DrawnLog, plain: PlainAudit, folder: Path) -> None:
    with DuckEngine().take_in(log.write(folder), log.mapping, log.world) as held:
        compare(held, plain)
        assert {name: held.untold(name) for name in plain.dossiers} == {
            name: "" if dossier in plain.judged else "no-procedure"
            for name, dossier in plain.dossiers.items()
        }
        assert [name for name in plain.dossiers if held.ids_like(name)[0] != name] == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs())
def test_every_story_is_that_of_a_plain_auditor(log: DrawnLog) -> None:
    plain = PlainAudit(log.events, log.dossiers, log.mapping, log.world)
    if plain.is_refused or not plain.judged:
        return
    with tempfile.TemporaryDirectory() as folder:
        compare_all(log, plain, Path(folder))


def test_an_id_that_is_not_there_has_no_story_and_likely_ones_are_named(tmp_path: Path) -> None:
    log = linked(
        "000.00.14.H99-240401-0001 receive 2024-04-01 08:00:00",
        "000.00.14.H99-240401-0002 receive 2024-04-01 09:00:00",
        "000.00.14.H99-250611-0007 receive 2024-04-01 10:00:00",
    )
    with DuckEngine().take_in(log.write(tmp_path), log.mapping, log.world) as held:
        assert held.stories("240401-0003") == ()
        assert held.untold("240401-0003") == "unknown"
        assert held.ids_like("240401-0003")[-1] == "000.00.14.H99-250611-0007"
        assert held.ids_like("000.00.14.H99-240401-0020")[0] == "000.00.14.H99-240401-0002"


def test_a_dossier_outside_the_period_says_so(tmp_path: Path) -> None:
    log = linked("early receive 2024-04-01 08:00:00", "late receive 2024-04-03 09:00:00")
    world = replace(log.world, period=(dt.date(2024, 4, 2), dt.date(2024, 4, 30)))
    with DuckEngine().take_in(log.write(tmp_path), log.mapping, world) as held:
        assert (held.untold("early"), held.untold("late")) == ("outside-period", "")


def test_an_id_given_to_two_dossiers_is_told_as_such(tmp_path: Path) -> None:
    log = linked("one receive 2024-04-01 08:00:00", "two receive 2024-04-01 08:00:00")
    columns = {"dossier_id": "mã", "received_at": "nhận"}
    second = TableMapping(columns)
    mapping = LogMapping("twice", log.mapping.events, second, "hồ sơ.csv", procedure="linked")
    rows = (("one", "2024-04-01 08:00:00"), ("two", "2024-04-01 08:00:00"), ("two", "2024-04-02 08:00:00"))
    dossiers = tuple({"mã": code, "nhận": at} for code, at in rows)
    log = replace(log, dossiers=dossiers, mapping=mapping)
    with DuckEngine().take_in(log.write(tmp_path), log.mapping, log.world) as held:
        assert [held.stories(name)[0].is_told_twice for name in ("one", "two")] == [False, True]
