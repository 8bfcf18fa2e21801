"""Rows as arrays: packed numbers are those that the database unpacks, and no dossier is ever cut in two."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.engine import store as stores
from iso_audit.engine.layout import Layout
from iso_audit.engine.norm_table import Links
from iso_audit.engine.sorted_rows import firsts, neighbours
from iso_audit.engine.store import DuckStore, filled

COLUMNS = ("act", "procedure", "role", "unit", "actor")
FLAGS = ("has_document", "explained")


@st.composite
def packed_rows(draw: st.DrawFn) -> tuple[dict[str, int], list[dict[str, int]]]:
    """How many different words each column has, and rows of their numbers; -1 for none."""
    sizes = {name: draw(st.sampled_from((0, 1, 2, 3, 255, 256, 40_000, 1 << 20))) for name in COLUMNS}
    row = st.fixed_dictionaries({
        **{name: st.integers(-1, sizes[name] - 1) for name in COLUMNS},
        **dict.fromkeys(FLAGS, st.integers(0, 1)),
    })  # fmt: skip
    return sizes, draw(st.lists(row, min_size=1, max_size=20))


@given(packed_rows(), st.sampled_from((None, 0, 25_200)), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_packed_comes_apart_again_in_the_database_and_in_arrays(rows, offset_s, is_whole):
    sizes, given_rows = rows
    layout = Layout.of(sizes, FLAGS, offset_s, is_whole=is_whole)
    with tempfile.TemporaryDirectory() as folder:
        store = DuckStore("UTC", folder, threads=1, memory=100)
        columns = {
            name: ("BIGINT", [None if row[name] < 0 else row[name] for row in given_rows]) for name in COLUMNS
        }
        columns |= {name: ("BOOLEAN", [bool(row[name]) for row in given_rows]) for name in FLAGS}
        store.put("given", {"dossier": ("INTEGER", list(range(len(given_rows)))), **columns})
        moment = layout.moment("CAST(1704067200000000 AS BIGINT)")
        own = "0 AS start_s, 0 AS finish_s," if offset_s is None else ""
        words = layout.packed({name: name for name in (*COLUMNS, *FLAGS)})
        store.run(
            f"""
            CREATE TABLE event_row AS
            SELECT dossier, dossier AS row, {words}, {own} {moment} AS begun, CAST(NULL AS BIGINT) AS done,
                CAST(5 AS INTEGER) AS new
            FROM given ORDER BY dossier
            """
        )
        store.run(f"CREATE TEMP VIEW event AS SELECT {layout.shown()} FROM event_row")
        shown = store.arrays("SELECT * FROM event")
        store.close()
    for name in (*COLUMNS, *FLAGS):
        wanted = [row[name] for row in given_rows]
        assert filled(shown[name], -1).astype(int).tolist() == wanted
        assert layout.column(name, shown).astype(int).tolist() == wanted
    assert set(shown["started"].tolist()) == {1704067200000000}
    assert set(layout.microseconds(shown["begun"]).tolist()) == {1704067200000000}
    assert np.ma.getmaskarray(shown["finished"]).all()
    assert set(shown["new_s"].tolist()) == {5 + (1 << 31)}
    if offset_s is not None:
        assert set(shown["start_s"].tolist()) == {1704067200 + offset_s}
        assert set(layout.civil_s(shown["begun"]).tolist()) == {1704067200 + offset_s}


@given(
    st.lists(st.integers(0, 12), max_size=60).map(sorted),
    st.lists(st.integers(0, 12), max_size=20).map(sorted),
    st.integers(1, 9),
)
@settings(max_examples=100, deadline=None)
def test_rows_are_dealt_out_once_and_no_dossier_is_cut_in_two(events, stops, at_once):
    given_rows = {
        name: {"dossier": np.array(whose, dtype=np.int64), "row": np.arange(len(whose))}
        for name, whose in (("events", events), ("stops", stops))
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "_ROWS", at_once)
        pieces = list(stores._dealt(given_rows))
    for name in given_rows:
        assert [row for piece in pieces for row in piece[name]["row"]] == given_rows[name]["row"].tolist()
    seen: set[int] = set()
    for piece in pieces:
        own = {int(dossier) for columns in piece.values() for dossier in columns["dossier"]}
        assert not own & seen
        seen |= own


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 99)), max_size=30), st.lists(st.integers(0, 6)))
def test_links_are_found_for_every_row_in_their_order(links, rows):
    links = sorted(links, key=lambda link: link[0])
    table = Links(np.array([row for row, _ in links], dtype=np.int64), {})
    which, at = table.of(np.array(rows, dtype=np.int64))
    wanted = [(n, m) for n, row in enumerate(rows) for m, (own, _) in enumerate(links) if own == row]
    assert list(zip(which.tolist(), at.tolist(), strict=True)) == wanted


@given(st.lists(st.integers(0, 4)).map(sorted))
def test_runs_and_neighbours_of_sorted_rows_are_those_of_a_plain_look(keys):
    rows = np.array(keys, dtype=np.int64)
    assert firsts(rows).tolist() == [n for n, key in enumerate(keys) if n == 0 or keys[n - 1] != key]
    before, after = neighbours(rows)
    assert before.tolist() == [n > 0 and keys[n - 1] == key for n, key in enumerate(keys)]
    assert after.tolist() == [n + 1 < len(keys) and keys[n + 1] == key for n, key in enumerate(keys)]
