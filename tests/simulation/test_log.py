"""The log of a simulation is audited like any other, and a conforming procedure has nothing but lateness."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iso_audit.model.procedure import Procedure, Separation
from iso_audit.model.scenario import Arrivals, Load, Scenario
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.log import SimulatedLog, log_of
from iso_audit.simulation.run import replicate
from iso_audit.workspace.load import load_procedure
from tests.simulation.scenes import OFFICE, exponential, fixed, lognormal, scenario
from tests.strategies import step
from tests.whole_audit import audit_log

PROCESSES = Path(__file__).parents[2] / "processes"
DAY = 86_400
LATENESS = ("TIM-", "INT-06")
"""Steps, dossiers and hand-overs that took too long: what a simulation is about."""


def permit_scene(procedure: Procedure, per_year: float = 4000) -> Scenario:
    """The building permit of a commune, handled in a few days."""
    work = {one.id: lognormal(900, 400) for one in procedure.steps if not one.is_silent and not one.anytime}
    work |= {name: lognormal(4 * 3600, 7200) for name in ("appraise", "site-visit", "consult", "draft")}
    load = Load(
        procedure.id,
        Arrivals(per_year),
        channels={"desk": 0.5, "online": 0.5},
        durations=work,
        waits={"ask-supplement": exponential(2 * DAY, is_working=False), "return": exponential(DAY)},
        branches={"check": {"complete": 0.7, "incomplete": 0.25}, "appraise": {"eligible": 0.9}},
    )
    staff = {one.role: 3 for one in procedure.steps if one.role} | {"specialist": 40}
    calendar = replace(OFFICE, first=dt.date(2019, 1, 1))
    return replace(
        scenario(load, staff=staff, days=20, office=calendar),
        first=dt.date(2026, 3, 9),
        last=dt.date(2026, 4, 3),
    )


def write(log: SimulatedLog, folder: Path) -> Path:
    for name, table in (("events.csv", log.events), ("dossiers.csv", log.dossiers)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table)
            for row in zip(*table.values(), strict=True):
                writer.writerow([cell.isoformat() if isinstance(cell, dt.datetime) else cell for cell in row])
    columns = {
        table: ", ".join(f"{name}: {name}" for name in getattr(log, table))
        for table in ("events", "dossiers")
    }
    (folder / "mapping.yaml").write_text(
        f"""
mapping: simulated
zone: Asia/Ho_Chi_Minh
drawn_up_at: "{log.drawn_up_at.isoformat()}"
events: {{columns: {{{columns["events"]}}}}}
dossiers: {{from: dossiers.csv, columns: {{{columns["dossiers"]}}}}}
""",
        encoding="utf-8",
    )
    return folder / "events.csv"


def test_the_log_of_a_conforming_procedure_has_no_finding_but_lateness(tmp_path: Path) -> None:
    procedure = load_procedure(PROCESSES / "procedures" / "house-permit-2025.yaml")
    plan = compiled(permit_scene(procedure), {procedure.id: procedure})
    log = log_of(plan, replicate(plan, 7, 0, with_events=True))
    assert len(log.dossiers["dossier_id"]) > 150
    assert {"returned", "not_accepted"} == set(log.dossiers["status"])
    shutil.copytree(PROCESSES, tmp_path / "processes")
    audit = audit_log(tmp_path / "processes", write(log, tmp_path), tmp_path / "mapping.yaml")
    assert audit.outcome.intake is not None
    assert audit.outcome.intake.refused_count == 0
    found = Counter(row["code"] for row in audit.evidence)
    assert not {code: count for code, count in found.items() if not code.startswith(LATENESS)}


def one_role() -> Procedure:
    steps = (
        step("appraise", "sign", role="r", kinds=("appraise",)),
        step("sign", "check", role="r", kinds=("approve_sign",)),
        step("check", role="r", kinds=("check",)),
    )
    return Procedure("p", steps, separation=(Separation(("appraise", "check")),))


@pytest.mark.parametrize("people", [2, 3, 8])
def test_duties_held_apart_are_done_by_two_people_where_there_are_two(people: int) -> None:
    load = Load("p", Arrivals(2500), durations=dict.fromkeys(("appraise", "sign", "check"), fixed(1800)))
    plan = compiled(scenario(load, staff={"r": people}), {"p": one_role()})
    log = log_of(plan, replicate(plan, 1, 0, with_events=True))
    did: dict[object, dict[object, object]] = {}
    for code, name, actor in zip(
        log.events["dossier_id"], log.events["step"], log.events["actor"], strict=True
    ):
        did.setdefault(code, {})[name] = actor
    assert all(one["appraise"] != one["sign"] and one["appraise"] != one["check"] for one in did.values())
    assert len({actor for one in did.values() for actor in one.values()}) <= people


def test_codes_are_unique_and_carry_the_day_of_receipt() -> None:
    load = Load("p", Arrivals(20_000), durations=dict.fromkeys(("appraise", "sign", "check"), fixed(60)))
    plan = compiled(scenario(load, staff={"r": 20}), {"p": one_role()})
    log = log_of(plan, replicate(plan, 1, 0, with_events=True), most=300)
    codes = log.dossiers["dossier_id"]
    assert len(set(codes)) == len(codes) == 300
    for code, came in zip(codes, log.dossiers["received_at"], strict=True):
        assert isinstance(came, dt.datetime)
        assert str(code).split("-")[1] == f"{came:%y%m%d}"
    assert np.isin(log.events["dossier_id"], codes).all()
