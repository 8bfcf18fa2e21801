"""A text taken apart line by line: the same rows whatever is taken apart together, in bounded memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.engine import careful
from iso_audit.engine.careful import read_carefully, records
from iso_audit.engine.lines import Lines
from iso_audit.engine.source import Source, from_csv


def source(tmp_path: Path, rows: str) -> Source:
    path = tmp_path / "log.csv"
    path.write_bytes(("a,b\n" + rows).encode())
    return from_csv(path, path, ",", ())


def numbered(n: int) -> str:
    return f'{n},"x{n}"\n'


def test_a_careful_reader_tells_the_bytes_that_it_has_read(tmp_path):
    told: list[int] = []
    log = source(tmp_path, "".join(map(numbered, range(70_000))))
    read = read_carefully(log, tmp_path / "t.parquet", told.append)
    assert len(told) == 3
    assert told == sorted(told)
    assert told[-1] < (tmp_path / "log.csv").stat().st_size
    assert list(read.broken_rows()) == []


def test_records_over_lines_blank_lines_and_broken_ones_keep_their_lines(tmp_path):
    rows = [numbered(n) for n in range(1_300)]
    rows[3], rows[600], rows[601] = '3,"x\n', '600,"over\nmore\n', 'lines"\n'
    rows[700], rows[900] = "\n", "9,00,0\n"
    log = source(tmp_path, "".join(rows))
    found = list(records(log))
    assert [line for line, cells, _ in found if cells is None] == [5, 903]
    assert found[600] == (602, ["600", "over\nmore\nlines"], "")
    lines = Lines(log, len(found))
    assert [lines.of(row) for row in range(1, len(found) + 1)] == [line for line, _, _ in found]


@given(st.text('ab,"\n\r ', max_size=200), st.sampled_from([2, 3, 500]))
def test_lines_taken_apart_together_are_the_same_as_one_by_one(tmp_path_factory, text, together):
    log = source(tmp_path_factory.mktemp("log"), text)
    said = []
    before = careful._TOGETHER
    try:
        for careful._TOGETHER in (1, together):
            said.append(list(records(log)))
    finally:
        careful._TOGETHER = before
    assert said[0] == said[1]


def test_memory_does_not_grow_with_the_text_nor_with_its_broken_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(careful, "_CHUNK", 1_000)
    peaks = []
    for count in (9_000, 36_000):
        rows = (f'{"x" * 300},"y\n' if n % 3 == 0 else f"x,{n}\n" for n in range(count))
        log = source(tmp_path, "".join(rows))
        tracemalloc.start()
        read = read_carefully(log, tmp_path / "t.parquet")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert read.broken_count == count // 3
        assert pq.ParquetFile(tmp_path / "t.parquet").metadata.num_rows == count - count // 3
        row, text, reason = next(read.broken_rows())
        assert (row, reason, len(text)) == (1, "bad-row", 80)
    assert peaks[1] < 1.2 * peaks[0]
