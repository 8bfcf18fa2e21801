"""The engine and an auditor in plain Python say the same of every event and dossier."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.facts import BITS, EVENT_BITS
from iso_audit.engine.held import HeldLog
from iso_audit.engine.passes import AT_ONCE
from iso_audit.errors import InputError
from iso_audit.model.log import EVENT_FACTS, LogMapping, TableMapping, World
from iso_audit.model.procedure import Join, Procedure, Split, TimeUnit
from tests.engine.logs import ORGANISATION, DrawnLog, calendar, limit, logs, step
from tests.engine.plain import PlainAudit

READ = ("overdue", "same_person", "demand")


def event_facts(held: HeldLog) -> dict[int, tuple[str, str, int, str, dict[str, int]]]:
    """Row of the source -> dossier, procedure key, era, step and facts, out of the engine's tables."""
    rows = held._store.run(
        "SELECT e.row, i.dossier_id, j.key FROM judged AS j JOIN event AS e ON e.event = j.event "
        "JOIN id AS i ON i.dossier = j.dossier"
    )
    places = {place: key for key, place in held._norms.places.items()}
    found = {}
    for row, dossier, key in rows:
        code, step = places[key >> EVENT_BITS]
        edition = held._norms.edition(code)
        facts = {name: key >> (BITS * at) & 3 for at, name in enumerate(EVENT_FACTS)}
        # the line of a record is its number and one for the head
        found[row + 1] = (dossier, edition.procedure.key, edition.era, held._norms.steps[step], facts)
    return found


def agree(log: DrawnLog, plain: PlainAudit, folder: Path, at_once: int = AT_ONCE) -> None:
    """Compare everything that both say of one log."""
    with DuckEngine(at_once=at_once).take_in(log.write(folder), log.mapping, log.world) as held:
        intake = held.intake
        refused = [*plain.refused, *plain.register_refused]
        assert intake.refused_count == len(refused)
        assert intake.refused_reasons == dict(sorted(Counter(why for _, why in refused).items()))
        assert intake.events_ignored == plain.ignored
        assert intake.dossiers_kept == len(plain.dossiers)
        assert intake.dossiers_without_procedure == len(plain.dossiers) - len(plain.judged)
        assert intake.event_rows == plain.rows[0]
        assert intake.event_rows + intake.dossier_rows + intake.register_rows == (
            intake.events_kept
            + intake.events_ignored
            + intake.dossiers_kept
            + intake.register_kept
            + intake.refused_count
        )
        events = {
            event.row: (dossier.id, dossier.procedure.key, dossier.era, event.step, event.facts)
            for dossier in plain.judged
            for event in dossier.events
        }
        actual = event_facts(held)
        assert {row: said[:4] for row, said in actual.items()} == {
            row: said[:4] for row, said in events.items()
        }
        for row, said in events.items():
            assert actual[row][4] == said[4], (row, said)
        kinds = Counter()
        for kind in held.dossier_kinds():
            key = (kind.procedure.key, kind.era, kind.case, kind.finished, tuple(sorted(kind.facts.items())))
            kinds[key] += kind.count
        assert kinds == Counter(
            (d.procedure.key, d.era, d.case, d.finished, tuple(sorted(d.facts.items()))) for d in plain.judged
        )
        traces, order = Counter(), []
        for trace in held.traces(frozenset({"late", "same_person", "demand", "overdue"})):
            key = (
                trace.procedure.key,
                trace.era,
                trace.case,
                trace.finished,
                tuple(sorted(trace.facts.items())),
            )
            symbols = tuple((symbol.step, tuple(symbol.facts.items())) for symbol in trace.symbols)
            traces[(*key, symbols)] += trace.count
            order.append((*key[:4], tuple(trace.facts.values()), symbols, trace.id))
        assert order == sorted(order)
        assert [said[-1] for said in order] == list(range(len(order)))
        assert traces == Counter(
            (
                d.procedure.key, d.era, d.case, d.finished,
                tuple(sorted(f for f in d.facts.items() if f[0].split(":")[0] in READ)),
                tuple((e.step, (("late", e.facts["late"]),)) for e in d.events),
            )
            for d in plain.judged
        )  # fmt: skip


@settings(max_examples=35, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.sampled_from((AT_ONCE, 1, 2)))
def test_facts_traces_and_counts_are_those_of_a_plain_auditor(log, at_once):
    plain = PlainAudit(log.events, log.dossiers, log.mapping, log.world, log.register)
    with tempfile.TemporaryDirectory() as folder:
        if plain.is_refused or not plain.judged:
            with pytest.raises(InputError):
                DuckEngine().take_in(log.write(Path(folder)), log.mapping, log.world)
        else:
            agree(log, plain, Path(folder), at_once)


def linked(*rows: str) -> DrawnLog:
    """A log of two agencies side by side whose last step has no limit."""
    hour = limit("8", TimeUnit.WORKING_HOUR)
    steps = (
        step("receive", "receive", "desk", "fork", limit=hour),
        step("fork", "route", "", "police", "insurance", split=Split.ALL),
        step("police", "appraise", "expert", "join", limit=hour),
        step("insurance", "appraise", "expert", "join", limit=hour),
        step("join", "route", "", "back", join=Join.ALL),
        step("back", "return_result", "desk"),
    )
    procedure = Procedure("linked", steps, limits={"default": limit("3", TimeUnit.WORKING_DAY)})
    columns = {"dossier_id": "hồ sơ", "step": "bước", "finished_at": "xong"}
    mapping = LogMapping("linked", TableMapping(columns), procedure="linked")
    events = tuple(dict(zip(("hồ sơ", "bước", "xong"), row.split(" ", 2), strict=True)) for row in rows)
    drawn = dt.datetime(2024, 4, 10, 10, tzinfo=dt.UTC)
    world = World((procedure,), ORGANISATION, calendar("Asia/Ho_Chi_Minh"), drawn_up_at=drawn)
    return DrawnLog(events, None, mapping, world)


def test_time_is_not_up_while_a_branch_beside_has_not_begun(tmp_path):
    log = linked(
        "one-branch receive 2024-04-01 08:00:00",
        "one-branch police 2024-04-02 08:00:00",
        "both receive 2024-04-01 08:00:00",
        "both police 2024-04-02 08:00:00",
        "both insurance 2024-04-03 08:00:00",
        "returned receive 2024-04-01 08:00:00",
        "returned police 2024-04-02 08:00:00",
        "returned back 2024-04-09 08:00:00",
    )
    agree(log, PlainAudit(log.events, None, log.mapping, log.world), tmp_path)
    with DuckEngine().take_in(log.write(tmp_path), log.mapping, log.world) as held:
        rows = held._store.run(
            "SELECT dossier_id, end_s IS NOT NULL, finished, overdue FROM dossier JOIN id USING (dossier) "
            "ORDER BY 1"
        )
    assert rows == [("both", True, False, 0), ("one-branch", False, False, 1), ("returned", True, True, 0)]


def test_a_step_beside_that_no_dossier_of_the_part_has_is_missing_in_each(tmp_path):
    log = linked(
        "1 insurance 2024-04-02 08:00:00",
        "2 insurance 2024-04-02 08:00:00",
        "3 insurance 2024-04-02 08:00:00",
        "3 lunch 2024-04-02 12:00:00",
        "3 police 2024-04-03 08:00:00",
    )
    agree(log, PlainAudit(log.events, None, log.mapping, log.world), tmp_path, at_once=2)
