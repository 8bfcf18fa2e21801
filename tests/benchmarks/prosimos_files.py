"""The same procedure and staff for Prosimos: a BPMN drawing, a file of parameters, a script to run them.

Steps become tasks; a task with several flows in or out is what Prosimos itself takes for a merge or
for a parallel split, so that only choices and joins need a gateway of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from iso_audit.model.calendar import Calendar
from iso_audit.model.procedure import Join, Procedure, Split, Step
from iso_audit.model.scenario import Scenario, Spread

SCRIPT = """
import json, random, sys
import numpy
from prosimos.simulation_engine import run_simulation
folder, dossiers, seed, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
random.seed(seed)
numpy.random.seed(seed)
_, log = run_simulation(f"{folder}/model.bpmn", f"{folder}/model.json", dossiers, starting_at=first)
midnight = log.trace_list[0].started_at.replace(hour=0, minute=0, second=0, microsecond=0)
print(json.dumps([[(at - midnight).total_seconds() for at in (one.started_at, one.completed_at)]
                  for one in log.trace_list]))
"""
"""Prints when each dossier came and was done, in seconds since midnight of the first day."""

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_FOREVER = 1e9


class Used(NamedTuple):
    """What one process took."""

    wall: float
    cpu: float
    said: str


def used(*command: str) -> Used:
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    wall = time.perf_counter() - begun
    return Used(wall, usage.ru_utime + usage.ru_stime, said)


def written(folder: Path, scenario: Scenario, procedure: Procedure, year_seconds: float) -> None:
    """Write `model.bpmn` and `model.json`; `year_seconds` are the office's working seconds of a year."""
    (folder / "model.bpmn").write_text(_drawing(procedure), encoding="utf-8")
    told = _parameters(scenario, procedure, year_seconds)
    (folder / "model.json").write_text(json.dumps(told), encoding="utf-8")


def _is_choice(step: Step) -> bool:
    return len(step.flows) > 1 and step.split is not Split.ALL


def _drawing(procedure: Procedure) -> str:
    steps = procedure.steps
    joined = {one.id for one in steps if one.join is Join.ALL}
    nodes = [("startEvent", "start"), ("endEvent", "end"), *(("task", one.id) for one in steps)]
    nodes += [("exclusiveGateway", f"{one.id}-choice") for one in steps if _is_choice(one)]
    nodes += [("parallelGateway", f"{name}-join") for name in joined]
    flows = [("start", steps[0].id), *((f"{name}-join", name) for name in joined)]
    for one in steps:
        source = f"{one.id}-choice" if _is_choice(one) else one.id
        flows += [(one.id, source)] if source != one.id else []
        flows += [(source, f"{to.to}-join" if to.to in joined else to.to) for to in one.flows]
        flows += [] if one.flows else [(one.id, "end")]
    lines = [f'<{kind} id="{name}" name="{name}"/>' for kind, name in nodes]
    for source, target in flows:
        ends = f'sourceRef="{source}" targetRef="{target}"'
        lines.append(f'<sequenceFlow id="{source}>{target}" {ends}/>')
    space = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    return f'<definitions xmlns="{space}"><process id="p">{"".join(lines)}</process></definitions>'


def _parameters(scenario: Scenario, procedure: Procedure, year_seconds: float) -> dict[str, object]:
    load = scenario.main
    # Prosimos moves an arrival of the night or of noon to the next opening: one more at each of them
    spans = [closing - opening for day in scenario.calendar.week for opening, closing in day]
    rate = load.arrivals.per_year / year_seconds - len(spans) / sum(spans)
    calendars = [{"id": name, "time_periods": _week(one.calendar)} for name, one in scenario.staff.items()]
    pools = [
        {"id": name, "name": name, "resource_list": [
            {"id": name, "name": name, "cost_per_hour": 1, "amount": one.people, "calendar": name}
        ]}
        for name, one in scenario.staff.items()
    ]  # fmt: skip
    work = [
        {"task_id": one.id, "resources": [{"resource_id": one.role, **_lognormal(load.durations[one.id])}]}
        for one in procedure.steps
    ]
    choices = [
        {"gateway_id": f"{one.id}-choice", "probabilities": [
            {"path_id": f"{one.id}-choice>{to.to}", "value": _share(load.branches[one.id], to.outcome)}
            for to in one.flows
        ]}
        for one in procedure.steps if _is_choice(one)
    ]  # fmt: skip
    return {
        "resource_profiles": pools,
        "resource_calendars": calendars,
        "arrival_time_calendar": _week(scenario.calendar),
        "arrival_time_distribution": _spread("expon", 1 / rate, 0, _FOREVER),
        "task_resource_distribution": work,
        "gateway_branching_probabilities": choices,
    }


def _week(calendar: Calendar) -> list[dict[str, str]]:
    return [
        {"from": name, "to": name, "beginTime": _clock(opening), "endTime": _clock(closing)}
        for name, day in zip(_DAYS, calendar.week, strict=True)
        for opening, closing in day
    ]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:00"


def _share(known: Mapping[str, float], answer: str) -> float:
    return known[answer] if answer in known else 1 - sum(known.values())


def _lognormal(spread: Spread) -> dict[str, object]:
    return _spread("lognorm", spread.mean_seconds, spread.sd_seconds**2, 0, _FOREVER)


def _spread(name: str, *values: float) -> dict[str, object]:
    return {"distribution_name": name, "distribution_params": [{"value": value} for value in values]}
