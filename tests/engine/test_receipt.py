"""The real municipal log, against the counts that its README gives (an independent source)."""

from __future__ import annotations

from collections import Counter

import pytest

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.opening import Foreign
from iso_audit.exchange.xes import read_xes
from iso_audit.model.calendar import Calendar
from iso_audit.model.log import LogMapping, TableMapping, World
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure, Separation, Step
from iso_audit.text import Text

T02, T04 = "T02 Check confirmation of receipt", "T04 Determine confirmation of receipt"
MAPPING = LogMapping(
    "receipt",
    TableMapping(
        {
            "dossier_id": "case:concept:name",
            "step": "concept:name",
            "actor": "org:resource",
            "finished_at": "time:timestamp",
        }
    ),
    TableMapping(
        {
            "dossier_id": "concept:name",
            "received_at": "startdate",
            "due_at": "deadline",
            "finished_at": "enddate",
            "channel": "channel",
        }
    ),
    "attributes",
    procedure="receipt",
    due="given",
)
ALL_WEEK = (((0, 86_400),),) * 5 + ((), ())
"""Monday to Friday round the clock: outside lie Saturdays and Sundays alone."""


@pytest.fixture
def held(data):
    path = data / "logs/receipt.xes.gz"
    names = sorted(set(read_xes(path).events["concept:name"].to_pylist()))
    steps = tuple(Step(name, Text(name), ("other",)) for name in names)
    procedure = Procedure("receipt", steps, separation=(Separation((T02, T04)),))
    world = World((procedure,), Organisation(), Calendar("week", "Europe/Amsterdam", ALL_WEEK))
    with DuckEngine(Foreign(read_xes)).take_in(path, MAPPING, world) as taken:
        yield taken


def test_all_cases_events_and_activities_are_taken_in(held):
    intake = held.intake
    assert (intake.events_kept, intake.dossiers_kept, intake.refused_count) == (8577, 1434, 0)
    assert len({kind.step for kind in held.event_kinds()}) == 27
    assert f"{intake.first:%Y-%m-%d %H:%M:%S%z}" == "2010-10-02 09:20:39+0200"
    assert f"{intake.last:%Y-%m-%d %H:%M:%S%z}" == "2012-01-23 15:42:54+0100"


def test_variants_are_those_of_the_readme(held):
    variants: Counter[tuple[str, ...]] = Counter()
    for trace in held.traces(frozenset()):
        variants[trace.steps] += trace.count
    assert len(variants) == 116
    assert sum(count == 1 for count in variants.values()) == 86
    assert [count for _, count in variants.most_common(8)] == [713, 123, 116, 115, 75, 40, 28, 25]
    short = {steps: count for steps, count in variants.items() if len(steps) == 1}
    assert sum(short.values()) == 116
    repeated: Counter[str] = Counter()
    for steps, count in variants.items():
        for name, times in Counter(steps).items():
            repeated[name[:3]] += count if times > 1 else 0
    assert (repeated["T02"], repeated["T06"]) == (35, 59)
    both = sum(count for steps, count in variants.items() if T02 in steps and T04 in steps)
    assert both == 1303


def test_deadlines_are_compared_to_the_part_of_a_second(held):
    ended = Counter()
    for kind in held.dossier_kinds():
        ended[kind.finished, kind.facts["overdue"]] += kind.count
    assert ended[True, 1] == 377
    assert ended[True, 0] == 1329 - 377
    assert ended[False, 0] + ended[False, 1] == 105


def test_only_weekends_lie_outside_round_the_clock_hours(held):
    off = Counter()
    for kind in held.event_kinds():
        off[kind.facts["off_hours"]] += kind.count
    assert off == {0: 8557, 1: 20}


def test_one_person_held_both_duties_in_most_cases(held):
    """1,028 by the first execution of each; with repeats a few more, never fewer."""
    same = sum(k.count for k in held.dossier_kinds() if k.facts[f"same_person:{T02}|{T04}"] == 1)
    assert 1028 <= same <= 1303
