"""What is measured of a log is what a plain count of every dossier gives, and its sums agree."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.executions import Dossiers
from iso_audit.engine.handling import cells
from iso_audit.engine.passes import AT_ONCE
from iso_audit.engine.quantiles import quantiles
from iso_audit.model.log import World
from iso_audit.model.measure import Measures
from iso_audit.model.organisation import Organisation, Person
from tests.engine.logs import ORGANISATION, PROCEDURES, logs
from tests.engine.plain import PlainAudit
from tests.engine.plain_measures import PlainMeasures
from tests.engine.test_tally import SAMPLE, sample_world


def housed(world: World) -> World:
    """The same office, in which a step and a person have units of their own, one of them in no log."""
    people = {"b": Person("b", unit="u2"), "c": Person("c", unit="nơi khác")}
    organisation: Organisation = replace(ORGANISATION, people=people)
    procedures = tuple(
        replace(p, steps=tuple(replace(s, unit="u1") if s.id in ("check", "sign") else s for s in p.steps))
        for p in PROCEDURES
    )
    return replace(world, organisation=organisation, procedures=procedures)


def assert_same(found: Measures, expected: Measures) -> None:
    assert found.dossiers == expected.dossiers
    assert found.steps == expected.steps
    assert set(found.durations) == set(expected.durations)
    assert len(found.durations) == len(expected.durations)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.sampled_from((AT_ONCE, 1, 2)), st.booleans())
def test_measures_are_those_of_a_plain_count(log, at_once, is_housed):
    world = housed(log.world) if is_housed else log.world
    plain = PlainAudit(log.events, log.dossiers, log.mapping, world)
    if plain.is_refused or not plain.judged:
        return
    with tempfile.TemporaryDirectory() as name:
        path = log.write(Path(name))
        with DuckEngine(at_once=at_once).take_in(path, log.mapping, world) as held:
            assert_same(held.measures(), PlainMeasures(plain).all())


def test_the_sample_log_is_measured_as_a_plain_count_measures_it_and_nothing_is_lost(data):
    path = data / "tools/sample_1000/events.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    plain = PlainAudit(rows, None, SAMPLE, sample_world())
    with DuckEngine().take_in(path, SAMPLE, sample_world()) as held:
        found = held.measures()
        assert_same(found, PlainMeasures(plain).all())
        assert found == held.measures()
        units = Counter(held.unit_dossiers())
    assert sum(one.dossiers for one in found.dossiers) == 1000 == units.total()
    for one in found.dossiers:
        standing = one.due + one.pending_in_time + one.undetermined
        assert standing == one.dossiers >= one.reworked
    assert sum(one.executions for one in found.steps) == len(rows)
    assert sum(one.repeats for one in found.steps) == sum(one.repeats for one in found.dossiers)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), min_size=1, max_size=40),
    st.integers(0, 8),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_quantiles_are_the_same_however_wide_the_bins_are(values, bits):
    from iso_audit.engine.store import DuckStore, integers

    with tempfile.TemporaryDirectory() as folder:
        store = DuckStore("UTC", folder, threads=1, memory=100)
        store.put("timed", integers(values, "key", "value"))
        keys = {key for key, _ in values}
        groups = [(key, key) for key in keys] + [(key, 3) for key in keys]
        found, again = quantiles(store, groups, {"timed": bits, "(SELECT * FROM timed)": 0})
        assert found == again
        store.close()
    for group in (*keys, 3):
        mine = sorted(value for key, value in values if group in (key, 3))
        nth = [
            next(v for v in mine if 10 * sum(w <= v for w in mine) >= share * len(mine)) for share in (5, 9)
        ]
        assert found[group] == (len(mine), sum(mine), *nth)


def test_a_cell_tells_ever_so_many_channels_apart():
    columns = {name: np.array([at], dtype=np.int32) for name, at in (("unit", 0), ("channel", 90_000))}
    columns |= {name: np.array([at]) for name, at in (("dossier", 0), ("edition", 0), ("day", 19_800))}
    slots = 90_002 * 12 * 2_200
    asked = SimpleNamespace(norms=SimpleNamespace(eras=1), units=2, slots=slots)
    assert cells(asked, Dossiers(columns)).tolist() == [slots + 90_001 * 12 * 2_200 + 12 * 2024 + 3]
