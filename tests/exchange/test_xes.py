"""XES in: what is in the file is in the tables, and no file can do harm."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as Xml
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.errors import InputError
from iso_audit.exchange.xes import read_xes

HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"


def log(*traces: str, name: str = 'log xmlns="http://www.xes-standard.org/"') -> str:
    return f"{HEAD}<{name}>{''.join(traces)}</{name.split()[0]}>"


def attributes(values: dict[str, str]) -> str:
    return "".join(f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in values.items())


def trace(values: dict[str, str], *events: dict[str, str]) -> str:
    inside = "".join(f"<event>{attributes(event)}</event>" for event in events)
    return f"<trace>{attributes(values)}{inside}</trace>"


def refusal(path: Path) -> tuple[str, int]:
    with pytest.raises(InputError) as caught:
        read_xes(path)
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert fault.what.vi
    assert fault.what.en
    assert fault.what.vi != fault.what.en
    return fault.what.en, fault.line


def test_the_receipt_log_is_read_as_the_standard_library_reads_it(data):
    path = data / "logs/receipt.xes.gz"
    found = read_xes(path)
    with gzip.open(path) as stream:
        traces = [node for node in Xml.parse(stream).getroot() if node.tag.endswith("}trace")]
    expected = [
        {"case:" + c.attrib["key"]: c.attrib["value"] for c in node if not c.tag.endswith("}event")}
        | {c.attrib["key"]: c.attrib["value"] for c in event}
        for node in traces
        for event in node
        if event.tag.endswith("}event")
    ]
    rows = found.events.to_pylist()
    assert len(rows) == 8577
    assert found.dossiers.num_rows == 1434
    plain = [{k: v for k, v in row.items() if v is not None and k != "row"} for row in rows]
    assert plain == expected
    assert [row["row"] for row in rows] == list(range(1, 8578))
    assert Counter(row["concept:name"] for row in rows).most_common(1) == [("Confirmation of receipt", 1434)]
    assert sum(row["enddate"] is None for row in found.dossiers.to_pylist()) == 105


def test_a_log_without_namespace_is_read_too(data):
    found = read_xes(data / "logs/running-example.xes")
    assert (found.events.num_rows, found.dossiers.num_rows) == (42, 6)
    assert Counter(found.events["concept:name"].to_pylist())["check ticket"] == 9


def as_rows(table) -> list[dict[str, object]]:
    """Rows by name, without the first column; the names drawn below may hold anything, even its name."""
    columns = [column.to_pylist() for column in table.columns]
    return [dict(zip(table.column_names[1:], row[1:], strict=True)) for row in zip(*columns, strict=True)]


words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=6)
rows = st.dictionaries(words, words, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(rows, st.lists(rows, max_size=4)), min_size=1, max_size=5))
def test_every_attribute_of_every_event_and_trace_arrives(tmp_path_factory, traces):
    path = tmp_path_factory.mktemp("xes") / "log.xes"
    path.write_text(log(*(trace(values, *events) for values, events in traces)), encoding="utf-8")
    found = read_xes(path)
    of_traces = [
        {name: value for name, value in row.items() if value is not None} for row in as_rows(found.dossiers)
    ]
    assert of_traces == [values for values, _ in traces]
    seen = [
        sorted((name, value) for name, value in row.items() if value is not None)
        for row in as_rows(found.events)
    ]
    expected = [
        sorted([*event.items(), *(("case:" + name, value) for name, value in values.items())])
        for values, events in traces
        for event in events
    ]
    assert seen == expected


def test_nested_attributes_lists_comments_and_globals_are_no_columns(tmp_path):
    path = tmp_path / "log.xes"
    inside = (
        '<event><!-- note --><string key="a" value="1"><string key="deep" value="x"/></string>'
        '<list key="l"><string key="m" value="y"/></list></event>'
    )
    known = '<global scope="event"><string key="g" value="?"/></global>'
    path.write_text(log(known, f"<trace>{inside}</trace>"), encoding="utf-8")
    assert read_xes(path).events.column_names == ["row", "a"]


def test_broken_xml_is_refused_with_its_line(tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(f"{HEAD}<log>\n<trace>\n<event></trace>\n</log>", encoding="utf-8")
    assert refusal(path)[1] == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (log(name="html"), "web page"),
        (log(name="definitions"), "XES"),
        (log(), "no trace"),
        (f'{HEAD}<!DOCTYPE log [<!ENTITY e "x">]><log><trace/></log>', "DOCTYPE"),
        (f'{HEAD}<!DOCTYPE log SYSTEM "http://127.0.0.1:9/x.dtd"><log><trace/></log>', "DOCTYPE"),
        (log(trace({f"k{n}": "v" for n in range(300)})), "200"),
    ],
)
def test_what_is_no_log_or_could_do_harm_is_refused(tmp_path, text, said):
    path = tmp_path / "log.xes"
    path.write_text(text, encoding="utf-8")
    assert said in refusal(path)[0]


def test_a_bomb_of_entities_is_refused_before_it_swells(tmp_path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(12))
    path = tmp_path / "log.xes"
    path.write_text(
        f'{HEAD}<!DOCTYPE log [{entities}]><log><trace><string key="a" value="&e11;"/></trace></log>'
    )
    refusal(path)


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_of_a_packed_log_that_breaks_off_the_closed_traces_are_read(at, tmp_path):
    text = log(*(trace({"concept:name": f"c{n}"}, {"a": str(n)}) for n in range(2000))).encode()
    whole = gzip.compress(text)
    path = tmp_path / "log.xes.gz"
    path.write_bytes(whole[: int(len(whole) * at)])
    read = read_xes(path)
    assert read.cut_bytes
    closed = text[: read.cut_bytes].count(b"</trace>")
    assert read.dossiers.column("concept:name").to_pylist() == [f"c{n}" for n in range(closed)]
    assert read.events.column("a").to_pylist() == [str(n) for n in range(closed)]
    path.write_bytes(whole)
    assert read_xes(path).cut_bytes == 0


def test_a_packed_log_without_a_whole_trace_or_with_a_wrong_checksum_is_refused(tmp_path):
    whole = gzip.compress(log(*(trace({"concept:name": "c"}, {"a": "x" * 500}) for _ in range(9))).encode())
    path = tmp_path / "log.xes.gz"
    path.write_bytes(whole[:60])
    assert "before its first trace ends" in refusal(path)[0]
    path.write_bytes(whole[:-8] + bytes(4) + whole[-4:])
    assert "checksum" in refusal(path)[0]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "cannot be opened" in refusal(tmp_path / "none.xes")[0]
