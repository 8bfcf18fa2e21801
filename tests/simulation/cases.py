"""A scenario without numbers, and the workspace that ships, for tests of redesigns."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from iso_audit.api.reading import load_workspace
from iso_audit.errors import Fault
from iso_audit.model.calendar import Calendar
from iso_audit.model.outcome import Workspace
from iso_audit.model.place import Place
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Arrivals, Change, Load, Scenario, Staffing
from iso_audit.text import Text
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of

SHIPPED = Path(__file__).parents[2] / "processes"
CALENDAR = Calendar("vn", "Asia/Ho_Chi_Minh", ((),) * 7)
DAY = dt.date(2026, 1, 5)


@cache
def workspace() -> Workspace:
    """The workspace that ships."""
    return load_workspace(SHIPPED)


def scenario(**load: object) -> Scenario:
    """A year of the procedure `p`, with two specialists and two chairmen."""
    main = Load("p", Arrivals(1_000), **load)  # type: ignore[arg-type]
    staff = {role: Staffing(role, 2, CALENDAR, 100.0) for role in ("specialist", "chairman")}
    return Scenario("s", Text("s"), (main,), staff, CALENDAR, DAY, DAY.replace(month=12))


def change(kind: str, *steps: str, **values: object) -> Change:
    """A change as if it were read from line 7 of a file."""
    return Change(kind, steps, values, place=Place("s.yaml", 7, 5))


def read(text: str) -> Procedure:
    """Read a procedure file that has no fault."""
    faults: list[Fault] = []
    document = parse(text, "file.yaml", faults)
    assert document is not None
    found = procedure_of(document, faults)
    assert [fault.say("en") for fault in faults] == [], text
    assert found is not None
    return found
