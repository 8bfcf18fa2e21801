"""The real municipal log: what the audit reports is what a plain count of the raw file finds.

The count below reads the XES by itself, knows nothing of the product and follows the README of
the data: two threads side by side, T02-T04-T05 and T06-T10 with its branches.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from tests.whole_audit import WholeAudit, audit_log

WORKSPACE = Path(__file__).parent / "workspaces/receipt"
ZONE = ZoneInfo("Europe/Amsterdam")
SPINE = ("t02", "t04", "t05", "t06", "t10")
GROUPS = {
    "receipt": "Group 1", "t02": "Group 4", "t03": "Group 1", "t04": "Group 3", "t05": "Group 2",
    "t06": "Group 1", "t07-1": "Group 13", "t07-2": "Group 15", "t07-3": "Group 14", "t07-4": "Group 12",
    "t07-5": "Group 1", "t08": "Group 1", "t09-1": "Group 1", "t09-2": "Group 1", "t09-3": "Group 1",
    "t09-4": "Group 1", "t10": "Group 1", "t11": "Group 1", "t12": "Group 4", "t13": "Group 1",
    "t14": "Group 3", "t15": "Group 2", "t16": "Group 1", "t17": "Group 4", "t18": "Group 1",
    "t19": "Group 3", "t20": "Group 2",
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    step: str
    person: str
    group: str
    at: dt.datetime


@dataclass(frozen=True)
class Case:
    name: str
    deadline: dt.datetime
    end: dt.datetime | None
    events: tuple[Event, ...]

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.events]


@cache
def cases(path: Path) -> tuple[Case, ...]:
    def values(node: Xml.Element) -> dict[str, str]:
        return {str(child.get("key")): str(child.get("value")) for child in node if child.get("key")}

    found = []
    with gzip.open(path) as stream:
        root = Xml.parse(stream).getroot()
    for trace in (node for node in root if node.tag.endswith("trace")):
        about = values(trace)
        rows = [values(node) for node in trace if node.tag.endswith("event")]
        events = tuple(
            Event(
                "receipt"
                if row["concept:name"].startswith("Conf")
                else row["concept:name"].split()[0].lower(),
                row["org:resource"],
                row["org:group"],
                dt.datetime.fromisoformat(row["time:timestamp"]),
            )
            for row in rows
        )
        end = dt.datetime.fromisoformat(about["enddate"]) if "enddate" in about else None
        deadline = dt.datetime.fromisoformat(about["deadline"])
        found.append(Case(about["concept:name"], deadline, end, events))
    return tuple(found)


@cache
def audited(log: Path) -> WholeAudit:
    return audit_log(WORKSPACE, log, WORKSPACE / "mapping.yaml")


def test_every_row_of_the_log_is_taken_in(data: Path) -> None:
    intake = audited(data / "logs/receipt.xes.gz").outcome.intake
    log = cases(data / "logs/receipt.xes.gz")
    assert (intake.dossiers_kept, intake.events_kept) == (1434, 8577)
    assert (len(log), sum(len(case.events) for case in log)) == (1434, 8577)
    assert (intake.refused_count, dict(intake.unknown_activities)) == (0, {})


def test_overdue_dossiers_are_those_closed_or_still_open_after_their_deadline(data: Path) -> None:
    """Instants are compared with the deadline that the source gives, as the README does (377).

    It does not count dossiers that are still open; those past their deadline on the day the log was
    drawn up are overdue as well. By days alone 309 would be late: the deadline carries an hour.
    """
    log = cases(data / "logs/receipt.xes.gz")
    drawn_up = max(event.at for case in log for event in case.events)
    closed_late = [case for case in log if case.end is not None and case.end > case.deadline]
    open_late = [case for case in log if case.end is None and drawn_up > case.deadline]
    by_day = [
        c for c in closed_late if c.end and c.end.astimezone(ZONE).date() > c.deadline.astimezone(ZONE).date()
    ]
    assert (len(closed_late), len(open_late), len(by_day)) == (377, 39, 309)

    run = audited(data / "logs/receipt.xes.gz")
    still_open = sum(case.end is None for case in log) - len(open_late)
    assert run.tallied("TIM-01") == (1329 + 39, 377 + 39, still_open)
    assert run.failed("TIM-01") == {"": 416}


def test_skipped_steps_are_those_that_a_closed_dossier_had_to_pass(data: Path) -> None:
    followers = {"t03": ("t02",), "t11": ("t12", "t14", "t15"), "t12": ("t14", "t15"), "t14": ("t15",)}
    followers |= {
        "t16": ("t17", "t19", "t20"),
        "t17": ("t19", "t20"),
        "t19": ("t20",),
        "t13": ("t12", "t14", "t15"),
    }
    missing: Counter[str] = Counter()
    for case in cases(data / "logs/receipt.xes.gz"):
        if case.end is not None:
            happened = set(case.steps)
            needed = set(SPINE).union(*(followers.get(step, ()) for step in happened))
            missing.update(needed - happened)
    assert audited(data / "logs/receipt.xes.gz").failed("PRC-01") == missing
    assert missing == {
        "t02": 112,
        "t04": 123,
        "t05": 125,
        "t06": 112,
        "t10": 134,
        "t12": 4,
        "t14": 5,
        "t15": 5,
    }


FIRST_THREAD = {"": ("t02",), "t02": ("t03", "t04"), "t03": ("t02",), "t04": ("t03", "t05"), "t05": ()}
AFTER_T10 = {
    "t10": ("t11", "t16"), "t11": ("t12",), "t12": ("t13", "t14"), "t13": ("t12",), "t14": ("t15",),
    "t15": (), "t16": ("t17",), "t17": ("t18", "t19"), "t18": ("t17",), "t19": ("t20",), "t20": (),
}  # fmt: skip


def next_in_first_thread(at: str, happened: set[str]) -> set[str]:
    """Steps that may follow; T02 and T04 are passed over where they never happened."""
    found = set(FIRST_THREAD[at])
    for skipped in ("t02", "t04"):
        if skipped in found and skipped not in happened:
            found |= next_in_first_thread(skipped, happened)
    return found


def out_of_place(steps: Sequence[str]) -> int | None:
    """Index of the first step that neither thread allows where it stands."""
    happened = set(steps)
    first, second, round_of_advice = "", "", set[str]()
    for index, step in enumerate(steps):
        if step in ("t02", "t03", "t04", "t05"):
            if step not in next_in_first_thread(first, happened):
                return index
            first = step
        elif step == "t06":
            heard = (
                not round_of_advice
                or "t08" not in round_of_advice
                or any(s[:3] == "t09" for s in round_of_advice)
            )
            if second and not (second == "advice" and round_of_advice and heard):
                return index
            second, round_of_advice = "asked", set()
        elif re.match("t0[789]", step):
            asked_first = step[:3] != "t09" or "t08" in round_of_advice
            if second not in ("asked", "advice") or step in round_of_advice or not asked_first:
                return index
            second, round_of_advice = "advice", round_of_advice | {step}
        elif step == "t10":
            if second != "asked":
                return index
            second = step
        elif index and step not in AFTER_T10.get(second, ()):
            return index
        elif index:
            second = step
    return None


def test_repeated_and_misplaced_steps_are_those_that_neither_thread_allows(data: Path) -> None:
    found = Counter(
        case.steps[index]
        for case in cases(data / "logs/receipt.xes.gz")
        if (index := out_of_place(case.steps)) is not None
    )
    assert audited(data / "logs/receipt.xes.gz").failed("PRC-02") == found
    assert found == {"t06": 3}


def test_one_person_holding_both_duties_is_counted_where_both_were_done(data: Path) -> None:
    """An observation about the data: no rule of that office forbids it.

    Whoever did any T02 and any T04 of a dossier held both; the README compares the first of each.
    """
    both = same = same_at_first = 0
    for case in cases(data / "logs/receipt.xes.gz"):
        checked = {event.person for event in case.events if event.step == "t02"}
        decided = {event.person for event in case.events if event.step == "t04"}
        both += bool(checked and decided)
        same += bool(checked & decided)
        first = {event.step: event.person for event in reversed(case.events)}
        same_at_first += "t02" in first and first.get("t04") == first["t02"]
    run = audited(data / "logs/receipt.xes.gz")
    assert run.tallied("PRC-04") == (both, same, 0)
    assert (both, same, same_at_first) == (1303, 1042, 1028)
    assert {f.grade.value for f in run.outcome.findings if f.code == "PRC-04"} == {"observation"}


def test_a_step_in_another_group_is_told_and_an_empty_group_is_left_open(data: Path) -> None:
    other: Counter[str] = Counter()
    unknown = 0
    for case in cases(data / "logs/receipt.xes.gz"):
        for event in case.events:
            unknown += event.group == "EMPTY"
            if event.group not in ("EMPTY", GROUPS[event.step]):
                other[event.step] += 1
    run = audited(data / "logs/receipt.xes.gz")
    assert run.failed("PRC-03") == other == {"t06": 1, "t07-1": 1}
    assert run.left_open("PRC-03") == {"no-role": unknown} == {"no-role": 1936}


def test_work_on_weekends_is_flagged(data: Path) -> None:
    weekend = Counter(
        event.step
        for case in cases(data / "logs/receipt.xes.gz")
        for event in case.events
        if event.at.astimezone(ZONE).weekday() > 4
    )
    assert audited(data / "logs/receipt.xes.gz").failed("TIM-07") == weekend
    assert weekend.total() == 20


def test_what_the_log_does_not_record_is_open_and_nowhere_a_pass(data: Path) -> None:
    run = audited(data / "logs/receipt.xes.gz")
    assert run.left_open("TIM-03") == {"no-step": 416}
    assert run.left_open("PRC-05") == {"no-column": 8577}
    assert run.left_open("PRC-08") == {"no-column": 1434}
    assert [code for code in ("TIM-02", "TIM-03", "PRC-05", "PRC-08") if run.tallied(code)[0]] == []
