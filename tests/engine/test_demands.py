"""What packs ask of the desk and of dates: a plain auditor says the same, on logs full of such cases."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.engine.duck import DuckEngine
from iso_audit.model.log import Demand, FactParameters, LogMapping, TableMapping, World
from iso_audit.model.procedure import TimeUnit
from tests.engine.logs import ERA, ORGANISATION, PARAMETERS, PROCEDURES, DrawnLog, calendar, limit
from tests.engine.plain import PlainAudit
from tests.engine.test_facts import agree

_EVENTS = ("dossier_id", "step", "role", "unit", "finished_at", "new_appointed_at")
_DOSSIERS = (
    "dossier_id",
    "procedure",
    "channel",
    "received_at",
    "appointed_at",
    "finished_at",
    "returned_at",
)
_COURSES = (
    ("receive", "check", "hand", "ask", "check", "appraise", "sign", "back"),
    ("receive", "ask", "supply", "check", "sign", "sorry", "back"),
    ("receive", "check", "ask"),
    ("receive", "check", "hand", "ask", "supply", "appraise", "ask", "sorry", "sign", "stamp"),
    ("receive", "ask", "check", "ask", "hand", "back", "back"),
)
_DAY, _HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
_START = dt.datetime.fromisoformat("2024-03-28T00:00:00")


@st.composite
def waits(draw: st.DrawFn) -> DrawnLog:
    """Dossiers that were sent back, came back and were finished, with and without new dates."""
    events, dossiers = [], []
    for number in range(draw(st.integers(1, 4))):
        name = f"H01-240401-000{number}"
        days = draw(st.integers(0, 6))
        at = _START + days * _DAY + draw(st.sampled_from([7, 9, 15])) * _HOUR
        dossier = {"dossier_id": name, "procedure": "permit", "received_at": at.isoformat()}
        dossier["channel"] = draw(st.sampled_from(["online", "desk", "desk", ""]))
        due = (at + draw(st.sampled_from([0, 5, 6, 7, 7, 8])) * _DAY).replace(hour=17)
        dossier["appointed_at"] = draw(st.sampled_from([due.isoformat(), due.isoformat(), ""]))
        for step in draw(st.sampled_from(_COURSES)):
            at += draw(st.sampled_from([0, 1, 3, 6, 24, 48, 72])) * _HOUR
            new = (at + draw(st.integers(-1, 12)) * _DAY).isoformat()
            events.append(
                {
                    "dossier_id": name,
                    "step": step,
                    "role": draw(st.sampled_from(["desk", "expert", "lạ", ""])),
                    "unit": draw(st.sampled_from(["u1", "u1", "u2", "u3", ""])),
                    "finished_at": at.isoformat(),
                    "new_appointed_at": draw(st.sampled_from(["", "", "", "", new])),
                }
            )
        for end in ("finished_at", "returned_at"):
            dossier[end] = draw(st.sampled_from(["", (at + days * _DAY).isoformat()]))
        dossiers.append(dossier)
    has_new = draw(st.integers(0, 4)) > 0
    columns = {name: name for name in _EVENTS if has_new or name != "new_appointed_at"}
    mapping = LogMapping(
        "waits",
        TableMapping(columns),
        TableMapping({name: name for name in _DOSSIERS}),
        "hồ sơ.csv",
        procedure="permit",
        drawn_up_at=dt.datetime(2024, 4, draw(st.sampled_from([5, 12, 20])), 10, tzinfo=dt.UTC),
    )
    rows = tuple({name: row[name] for name in columns} for row in events)
    world = World(PROCEDURES, ORGANISATION, calendar("Asia/Ho_Chi_Minh"), (ERA,), PARAMETERS, None)
    return DrawnLog(rows, tuple(dossiers), mapping, world)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(waits())
def test_the_desk_and_dates_are_asked_as_a_plain_auditor_asks_them(log: DrawnLog) -> None:
    plain = PlainAudit(log.events, log.dossiers, log.mapping, log.world, log.register)
    with tempfile.TemporaryDirectory() as folder:
        agree(log, plain, Path(folder))


def test_a_limit_of_a_quarter_of_a_year_is_kept_when_the_next_step_follows_at_once() -> None:
    """The calendar has to reach as far as the limit, or its last day is none and every dossier late."""
    moments = {"receive": "2024-04-02T08:00:00", "check": "2024-04-03T08:00:00"}
    events = tuple({"dossier_id": "h", "step": step, "finished_at": at} for step, at in moments.items())
    demand = Demand(("receive",), ("check",), limit=limit("90", TimeUnit.DAY))
    columns = {name: name for name in ("dossier_id", "step", "finished_at")}
    mapping = LogMapping("quarter", TableMapping(columns), procedure="permit")
    parameters = {("permit", 1): FactParameters(demands=(demand,))}
    world = World(PROCEDURES, ORGANISATION, calendar("Asia/Ho_Chi_Minh"), (ERA,), parameters)
    log = DrawnLog(events, None, mapping, world)
    with (
        tempfile.TemporaryDirectory() as folder,
        DuckEngine().take_in(log.write(Path(folder)), mapping, world) as held,
    ):
        assert [kind.facts[demand.fact] for kind in held.dossier_kinds()] == [0]
