"""Signs that only many events show: what the engine marks, and what the plain auditor marks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from iso_audit.engine.duck import DuckEngine
from iso_audit.model.log import FactParameters, LogMapping, TableMapping, World
from iso_audit.model.procedure import Procedure, TimeUnit
from tests.engine.logs import ORGANISATION, DrawnLog, calendar, limit, step
from tests.engine.plain import PlainAudit
from tests.engine.test_facts import agree, event_facts

ASKED = FactParameters(
    stagnant_after=limit("8", TimeUnit.WORKING_HOUR), batch_kinds=("check",), batch_of=3, batch_seconds=10,
    round_of=3, round_percent=60, at_limit_of=2, at_limit_percent=50,
)  # fmt: skip
COLUMNS = ("hồ sơ", "bước", "người", "nơi", "bắt đầu", "xong")
OURS = ("dossier_id", "step", "actor", "unit", "started_at", "finished_at")


def log(*rows: str) -> DrawnLog:
    """A log of `dossier step person unit start finish`, times of one day."""
    steps = (
        step("look", "check", "desk", "sign", limit=limit("1", TimeUnit.WORKING_DAY)),
        step("sign", "approve_sign", "chief", limit=limit("1", TimeUnit.WORKING_DAY)),
    )
    procedure = Procedure("p", steps, limits={"default": limit("2", TimeUnit.WORKING_DAY)})
    mapping = LogMapping("signs", TableMapping(dict(zip(OURS, COLUMNS, strict=True))), procedure="p")
    events = []
    for row in rows:
        dossier, name, person, unit, *times = row.split()
        start, finish = (f"2024-04-{at[:2]} {at[3:]}" for at in times)
        events.append(dict(zip(COLUMNS, (dossier, name, person, unit, start, finish), strict=True)))
    world = World(
        (procedure,), ORGANISATION, calendar("Asia/Ho_Chi_Minh"), parameters={("p", 0): ASKED},
        drawn_up_at=dt.datetime(2024, 4, 12, 10, tzinfo=dt.UTC),
    )  # fmt: skip
    return DrawnLog(tuple(events), None, mapping, world)


def marked(rows: Sequence[str], name: str, folder: Path) -> list[int]:
    """A fact of every event, in the order of the rows; the plain auditor agrees."""
    drawn = log(*rows)
    agree(drawn, PlainAudit(drawn.events, None, drawn.mapping, drawn.world), folder)
    with DuckEngine().take_in(drawn.write(folder), drawn.mapping, drawn.world) as held:
        facts = event_facts(held)
    return [facts[row][4][name] for row in sorted(facts)]


def test_a_row_of_dossiers_closed_within_seconds_is_a_batch(tmp_path: Path) -> None:
    rows = [f"d{n} look a u 01T08:00:00 01T09:00:0{3 * n}" for n in range(3)]
    rows += ["d3 look a u 01T08:00:00 01T09:00:17", "d4 look b u 01T08:00:00 01T09:00:01"]
    assert marked(rows, "batch", tmp_path) == [1, 1, 1, 0, 0]


def test_one_dossier_closed_again_and_again_is_no_batch(tmp_path: Path) -> None:
    rows = [f"d{n % 2} look a u 01T08:00:00 01T09:00:0{n}" for n in range(6)]
    assert set(marked(rows, "batch", tmp_path)) == {0}


def test_a_log_kept_to_the_minute_cannot_show_a_batch(tmp_path: Path) -> None:
    rows = [f"d{n} look a u 01T08:00:00 01T09:00:00" for n in range(4)]
    assert set(marked(rows, "batch", tmp_path)) == {2}


def test_one_name_in_two_units_within_seconds_is_a_sign(tmp_path: Path) -> None:
    rows = [
        "d0 look a u 01T08:00:00 01T09:00:01", "d1 look a v 01T08:00:00 01T09:00:05",
        "d2 look a u 01T08:00:00 01T09:00:30", "d3 look b u 01T08:00:00 01T09:00:02",
    ]  # fmt: skip
    assert marked(rows, "elsewhere", tmp_path) == [1, 1, 0, 0]


def test_times_are_round_where_nearly_all_of_a_person_are(tmp_path: Path) -> None:
    rows = [f"d{n} look a u 01T08:00:00 01T09:{15 * n:02}:00" for n in range(3)]
    rows += ["d3 look a u 01T08:00:00 01T09:20:10", "d4 look b u 01T08:00:00 01T09:30:00"]
    assert marked(rows, "round", tmp_path) == [1, 1, 1, 0, 0]


def test_many_dossiers_of_the_last_minute_are_a_sign_and_one_is_chance(tmp_path: Path) -> None:
    late = [
        f"d{n} {s} a u 01T08:00:00 {at}"
        for n in (0, 1)
        for s, at in (("look", "01T09:00:01"), ("sign", "03T16:59:30"))
    ]
    rows = [*late, "d2 look a u 01T08:00:00 01T09:00:01", "d2 sign a u 01T10:00:00 02T10:00:00"]
    for count, expected in ((6, [1, 1, 0]), (4, [1, 1]), (2, [0])):
        drawn = log(*rows[:count])
        with DuckEngine().take_in(drawn.write(tmp_path), drawn.mapping, drawn.world) as held:
            kinds = held.dossier_kinds()
            found = sorted(
                (kind.facts["at_limit"] for kind in kinds for _ in range(kind.count)), reverse=True
            )
        assert found == expected
        plain = PlainAudit(drawn.events, None, drawn.mapping, drawn.world)
        assert sorted((d.facts["at_limit"] for d in plain.judged), reverse=True) == expected


def test_a_dossier_lies_until_the_next_step_begins(tmp_path: Path) -> None:
    rows = ["d0 look a u 01T08:00:00 01T09:00:01", "d0 sign c u 03T10:00:00 03T11:00:00"]
    rows += [
        "d1 look a u 01T08:00:00 01T09:00:01",
        "d1 sign c u 02T08:00:00 04T11:00:00",
        "d2 look a u 01T08:00:00 01T09:00:01",
    ]
    assert marked(rows, "stagnant", tmp_path) == [1, 0, 0, 0, 1]
