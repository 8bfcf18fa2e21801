"""The reader of step tables meets real published tables line by line, and says what it could not read."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from iso_audit.errors import InputError
from iso_audit.exchange.sheets import Table
from iso_audit.exchange.step_table import Facts, StepTable, read_steps
from iso_audit.model.procedure import Decision, Limit, Procedure, TimeUnit
from iso_audit.text import Text

COLUMNS = ("step_rows", "sum_hours", "limit_hours", "sum_equals_limit", "time_verdict", "defects")


def hours(limit: Limit | None) -> Fraction:
    seconds = limit.nominal_seconds if limit is not None else None
    return Fraction(seconds or 0, 3600)


def number(value: Fraction) -> str:
    return str(int(value)) if value.denominator == 1 else str(float(value))


def printed_limits(procedure: Procedure) -> list[Limit]:
    every = [step.limit for step in procedure.steps] + [group.limit for group in procedure.limit_groups]
    return [limit for limit in (*every, procedure.limit) if limit is not None]


def judged(procedure: Procedure) -> dict[str, str]:
    """What a check says of one table, computed from the procedure alone."""
    steps, total = procedure.steps, procedure.limit
    spent = sum((hours(step.limit) for step in steps), Fraction(0))
    spent += sum((hours(group.limit) for group in procedure.limit_groups), Fraction(0))
    has_total = total is not None and total.value is not None
    single = [hours(limit) for step in steps for limit in (step.limit, step.stated_limit)]
    defects = set()
    if not has_total:
        verdict = "no_total"
    elif max(single) > hours(total):
        verdict = "step_longer_than_total"
    elif spent < hours(total):
        verdict = "total_above_sum"
    else:
        verdict = "ok" if spent == hours(total) else "sum_above_total"
    if verdict == "step_longer_than_total":
        defects.add("stated_step_longer_than_total")
    elif verdict != "ok":
        defects.add(verdict)
    if any(count > 1 for number, count in Counter(step.number for step in steps).items() if number):
        defects.add("duplicate_step_number")
    submitted = {role for step in steps for role in step.submits_to}
    if "provincial-chairman" in submitted - {step.role for step in steps}:
        defects.add("ubnd_approval_without_step")
    if any(
        limit.unit is TimeUnit.WORKING_DAY and re.search(r"ngày(?! làm việc)", limit.printed)
        for limit in printed_limits(procedure)
    ):
        defects.add("day_wording_mixed")
    return {
        "step_rows": str(len(steps)),
        "sum_hours": number(spent),
        "limit_hours": number(hours(total)) if has_total else "",
        "sum_equals_limit": ("yes" if spent == hours(total) else "no") if has_total else "",
        "time_verdict": verdict,
        "defects": " ".join(sorted(defects)),
    }


def facts_of(line: dict[str, str]) -> Facts:
    decision = Decision(line["decision"], dt.date.fromisoformat(line["date"]), line["agency"])
    return Facts(
        line["id"].lower(), line["codes"], Text(line["title"]), line["level"], line["total_limit_text"],
        line["time_column_header"], decision,
    )  # fmt: skip


def read_all(folder: Path) -> dict[str, StepTable]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    return {line["id"]: read_steps(folder / line["file"], facts_of(line)) for line in lines}


def test_every_published_table_is_read_as_expected_line_by_line(data):
    folder = data / "published_processes"
    read = read_all(folder)
    actual = {name: judged(table.procedure) for name, table in read.items()}
    limits: dict[tuple[str, str], set[Fraction]] = {}
    for table in read.values():
        key = (table.procedure.code, table.procedure.title.vi)
        limits.setdefault(key, set()).add(hours(table.procedure.limit))
    for name, table in read.items():
        if len(limits[(table.procedure.code, table.procedure.title.vi)]) > 1:
            defects = {*actual[name]["defects"].split(), "same_code_other_limit"}
            actual[name]["defects"] = " ".join(sorted(defects))
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as stream:
        expected = {line["id"]: {name: line[name] for name in COLUMNS} for line in csv.DictReader(stream)}
    for line in expected.values():
        line["defects"] = " ".join(sorted(line["defects"].split()))
    assert len(expected) == 63
    assert actual == expected
