"""Every log that cannot be read ends in clear words with a place, in both languages, and leaves nothing."""

from __future__ import annotations

import gzip
import io
import os
import resource
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.opening import Foreign
from iso_audit.errors import InputError
from iso_audit.exchange.code_pages import encoding_of
from iso_audit.exchange.sheet_logs import read_sheet_log
from iso_audit.exchange.xes import read_xes
from iso_audit.model.log import Cut, LogMapping, TableMapping, World
from tests.engine.logs import ORGANISATION, PROCEDURES, calendar

BAD = Path(__file__).parents[1] / "bad" / "logs"
FILES = sorted(path for path in BAD.iterdir() if path.suffix != ".txt")
HEAD = "mã hồ sơ,công việc,bắt đầu,kết thúc,ghi chú\n"
ROW = "H-{n},Tiếp nhận,2024-04-01 08:00:00,2024-04-01 08:30:00,đủ\n"
MAPPING = LogMapping(
    "bad",
    TableMapping({
        "dossier_id": "mã hồ sơ", "step": "công việc", "started_at": "bắt đầu", "finished_at": "kết thúc",
        "reason": "ghi chú",
    }),
    steps={"Tiếp nhận": "receive", "Kiểm tra": "check"},
    procedure="permit",
)  # fmt: skip
TOGETHER = replace(MAPPING, dossiers_together=True)
WORLD = World(PROCEDURES, ORGANISATION, calendar("Asia/Ho_Chi_Minh"))


@pytest.fixture(autouse=True)
def nothing_is_left_behind(monkeypatch, tmp_path_factory):
    """Whatever happens, the folder for temporary files ends as empty as it began."""
    room = tmp_path_factory.mktemp("room")
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    yield
    assert list(room.iterdir()) == []


def refused(path: Path, mapping: LogMapping = MAPPING) -> InputError:
    with pytest.raises(InputError) as caught:
        DuckEngine(Foreign(read_xes, read_sheet=read_sheet_log)).take_in(path, mapping, WORLD)
    for fault in caught.value.faults:
        assert fault.what.vi
        assert fault.what.en
        assert fault.what.vi != fault.what.en
    return caught.value


def said(path: Path, mapping: LogMapping = MAPPING) -> str:
    faults = refused(path, mapping).faults
    return "".join(f"{fault.say('vi')}\n{fault.say('en')}\n" for fault in faults).replace(
        str(path), path.name
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_bad_log_is_refused_in_words_with_its_place(path, request):
    expected = path.with_suffix(path.suffix + ".txt")
    if request.config.getoption("--update-golden", default=False):
        expected.write_text(said(path), encoding="utf-8")
    assert said(path) == expected.read_text(encoding="utf-8")


def test_nothing_in_the_collection_is_left_over():
    assert {path.name for path in BAD.glob("*.txt")} == {f"{path.name}.txt" for path in FILES}


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path):
    assert "folder" in said(tmp_path)
    assert "cannot be opened" in said(tmp_path / "none.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert "not a regular file" in said(tmp_path / "pipe.csv")


def test_a_line_of_200_million_letters_is_refused_without_being_held_in_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEAD + ROW.format(n=1))
        for _ in range(200):
            stream.write("x" * 1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refused(path)
    assert [fault.line for fault in error.faults] == [3]
    assert "1,000,000" in error.faults[0].what.en
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def packed(rows: Iterable[str]) -> bytes:
    return gzip.compress((HEAD + "".join(rows)).encode())


def two_events(n: int) -> str:
    """Both events of a dossier, one below the other."""
    row = ROW.format(n=n)
    return row + row.replace("Tiếp nhận", "Kiểm tra").replace(" 08:", " 09:")


def test_a_packed_log_that_was_cut_off_is_refused_where_nobody_says_how_its_rows_stand(tmp_path):
    path = tmp_path / "log.csv.gz"
    whole = packed(ROW.format(n=n) for n in range(20_000))
    for cut in (whole[:-4], whole[: len(whole) // 2]):
        path.write_bytes(cut)
        assert "breaks off: only its first" in said(path)
        assert "dossiers_together" in said(path)
    path.write_bytes(b"\x1f\x8b\x08" + b"\x00" * 40)
    assert "damaged" in said(path)
    path.write_bytes(whole[:95])
    assert "before one dossier is whole" in said(path)


def test_a_packed_log_that_does_not_agree_with_its_checksum_is_refused(tmp_path):
    path = tmp_path / "log.csv.gz"
    whole = packed(map(two_events, range(5_000)))
    path.write_bytes(whole[:-8] + bytes(4) + whole[-4:])
    for mapping in (MAPPING, TOGETHER):
        assert "checksum" in said(path, mapping)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_of_a_log_that_breaks_off_the_whole_dossiers_are_judged_and_the_last_is_listed(share, tmp_path):
    path = tmp_path / "log.csv.gz"
    rows = [two_events(n) for n in range(20_000)]
    whole = packed(rows)
    path.write_bytes(whole[: int(len(whole) * share) - 8])
    with DuckEngine().take_in(path, TOGETHER, WORLD) as held:
        intake, kinds = held.intake, tuple(held.traces(frozenset()))
    cut = intake.cut_off
    assert cut is not None
    assert cut.rows == intake.event_rows == intake.events_kept + intake.refused_count
    assert cut.left_out == intake.refused_reasons["cut-off"] == intake.refused_count
    assert 1 <= cut.left_out <= 2
    assert cut.size_bytes == len((HEAD + "".join(rows)).encode()[: cut.size_bytes])
    assert cut.rows == "".join(rows).encode()[: cut.size_bytes - len(HEAD.encode())].count(b"\n")
    assert intake.dossiers_kept == -(-cut.rows // 2) - 1
    assert intake.refused[0].value == f"H-{intake.dossiers_kept}"
    assert [trace.count for trace in kinds] == [intake.dossiers_kept]


def test_rows_that_do_not_stand_together_as_the_mapping_says_are_not_judged(tmp_path):
    path = tmp_path / "log.csv.gz"
    rows = [two_events(n) for n in range(5_000)]
    whole = packed([ROW.format(n=4_000), *rows])
    path.write_bytes(whole[:-100])
    assert "do not stand together" in said(path, TOGETHER)
    path.write_bytes(packed([ROW.format(n=1)] * 5_000)[:-20])
    assert "before one dossier is whole" in said(path, TOGETHER)


def test_a_broken_quote_and_a_broken_end_are_both_listed(tmp_path):
    path = tmp_path / "log.csv.gz"
    rows = [two_events(n) for n in range(5_000)]
    rows[2_000] = rows[2_000].replace("đủ", '"đủ', 1)
    path.write_bytes(packed(rows)[:-100])
    with DuckEngine().take_in(path, TOGETHER, WORLD) as held:
        reasons, cut = held.intake.refused_reasons, held.intake.cut_off
        rows_told = [one.row for one in held.intake.refused]
    assert reasons["bad-row"] == 1
    assert cut is not None
    assert reasons["cut-off"] == cut.left_out
    assert rows_told == sorted(rows_told)
    assert rows_told[0] == 4_002


def test_a_whole_packed_log_says_nothing_of_a_broken_end(tmp_path):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(packed(map(two_events, range(100))))
    with DuckEngine().take_in(path, TOGETHER, WORLD) as held:
        assert held.intake.cut_off is None
        assert held.intake.dossiers_kept == 100


def test_a_table_beside_a_log_has_to_be_whole_and_so_has_a_log_beside_its_dossiers(tmp_path):
    table = TableMapping({"dossier_id": "mã hồ sơ"})
    whole = packed(map(two_events, range(5_000)))
    beside = replace(TOGETHER, dossiers=table, dossiers_from="dossiers.csv.gz")
    (tmp_path / "log.csv.gz").write_bytes(whole)
    (tmp_path / "dossiers.csv.gz").write_bytes(whole[:-100])
    assert "every row is needed" in said(tmp_path / "log.csv.gz", beside)
    register = replace(TOGETHER, register=table, register_from="dossiers.csv.gz")
    assert "every row is needed" in said(tmp_path / "log.csv.gz", register)
    (tmp_path / "dossiers.csv.gz").write_bytes(whole)
    (tmp_path / "log.csv.gz").write_bytes(whole[:-100])
    assert "stand in another table" in said(tmp_path / "log.csv.gz", beside)
    with DuckEngine().take_in(tmp_path / "log.csv.gz", register, WORLD) as held:
        assert held.intake.register_rows == 0


XES_MAPPING = LogMapping(
    "bad",
    TableMapping(
        {"dossier_id": "case:concept:name", "step": "concept:name", "finished_at": "time:timestamp"}
    ),
    steps=MAPPING.steps,
    procedure="permit",
)


def test_of_an_xes_log_that_breaks_off_the_closed_traces_are_judged(tmp_path):
    path = tmp_path / "log.xes.gz"
    trace = """<trace><string key="concept:name" value="H-{n}"/>
<event><string key="concept:name" value="Tiếp nhận"/>
<date key="time:timestamp" value="2024-04-01T08:00:00+07:00"/>
</event><event><string key="concept:name" value="Kiểm tra"/>
<date key="time:timestamp" value="2024-04-01T09:00:00+07:00"/></event></trace>
"""
    text = "<log>\n" + "".join(trace.format(n=n) for n in range(5_000)) + "</log>"
    whole = gzip.compress(text.encode())
    for share in (0.3, 0.8):
        path.write_bytes(whole[: int(len(whole) * share)])
        with DuckEngine(Foreign(read_xes)).take_in(path, XES_MAPPING, WORLD) as held:
            cut, intake = held.intake.cut_off, held.intake
            assert [one.count for one in held.traces(frozenset())] == [intake.dossiers_kept]
        assert cut is not None
        assert intake.dossiers_kept == text.encode()[: cut.size_bytes].count(b"</trace>")
        assert cut.rows == intake.events_kept == 2 * intake.dossiers_kept
        assert cut.left_out == 0
    path.write_bytes(whole[:150])
    assert "before its first trace ends" in said(path, XES_MAPPING)
    path.write_bytes(whole[:-8] + bytes(4) + whole[-4:])
    assert "checksum" in said(path, XES_MAPPING)


def test_a_packed_bomb_is_refused_soon(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(HEAD.encode())
        for _ in range(300):
            stream.write(b"x" * 1_000_000)
    assert "longer than 1,000,000" in said(path)
    with gzip.open(path, "wb") as stream:
        stream.write(HEAD.encode())
        for _ in range(300):
            stream.write(b"a,b,c,d,e\n" * 100_000)
    assert "swells" in said(path)


def test_a_zip_bomb_that_is_called_a_workbook_or_a_log_is_refused(tmp_path):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    for name in ("log.xlsx", "log.csv"):
        (tmp_path / name).write_bytes(inside.getvalue())
        assert "no Excel workbook" in said(tmp_path / name)


@pytest.mark.parametrize("encoding", ["cp1258", "tcvn3", "cp1252"])
def test_letters_of_an_old_code_page_are_named_as_such(tmp_path, encoding):
    path = tmp_path / "old.csv"
    old = {"cp1258": "Hồ sơ đã nhận, thẩm định, ký duyệt", "tcvn3": "Hå s¬ ®· nhËn, thÈm ®Þnh, ký duyÖt"}
    text = old.get(encoding, "Dossier reçu; vérifié à temps")
    letters = unicodedata.normalize("NFD" if encoding == "cp1258" else "NFC", text)
    raw = letters.encode("cp1258" if encoding == "cp1258" else "latin-1", "replace")
    path.write_bytes(HEAD.encode("ascii", "ignore") + (b'H-1,"' + raw + b'",2024-04-01,2024-04-01,\n') * 3)
    names = {"cp1258": "Windows-1258", "tcvn3": "TCVN3", "cp1252": "Windows-1252"}
    error = refused(path)
    assert names[encoding] in error.faults[0].what.en
    assert error.faults[0].line == 2


def test_what_the_mapping_wants_is_checked_before_a_row_is_read(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEAD + ROW.format(n=1), encoding="utf-8")
    assert "not understood" in said(path, replace(MAPPING, dates=("%d/%m/%Y", "%Q")))
    cut = TableMapping(MAPPING.events.columns, {"document": Cut("ghi chú", "(?=x)(y)")})
    assert "cannot be used" in said(path, replace(MAPPING, events=cut))
    assert "which procedure" in said(path, replace(MAPPING, procedure=""))
    assert "no XES" in said(path, replace(MAPPING, dossiers=TableMapping({}), dossiers_from="attributes"))
    second = replace(MAPPING, dossiers=TableMapping({"dossier_id": "x"}), dossiers_from="dossiers.csv")
    assert "dossiers.csv" in said(path, second)
    assert "time zone" in said(path, replace(MAPPING, zone="Asia/Nowhere"))
    assert "'klingon'" in said(path, replace(MAPPING, encoding="klingon"))
    assert "in the encoding 'ascii'" in said(path, replace(MAPPING, encoding="ascii"))
    (tmp_path / "dossiers.csv").write_text("mã\nH-1\n", encoding="utf-8")
    everything = refused(path, replace(second, events=TableMapping({"dossier_id": "mã", "actor": "người"})))
    assert len(everything.faults) == 5


def test_a_procedure_that_nobody_knows_is_named(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEAD + ROW.format(n=1), encoding="utf-8")
    assert "permt" in said(path, replace(MAPPING, procedure="permt"))


def test_without_a_reader_an_xes_log_is_refused(tmp_path):
    path = tmp_path / "log.xes"
    path.write_text("<log/>", encoding="utf-8")
    with pytest.raises(InputError, match="xes"):
        DuckEngine().take_in(path, MAPPING, WORLD)


def test_an_old_code_page_is_read_where_it_is_certain(tmp_path):
    path = tmp_path / "old.csv"
    words = "Tiếp nhận hồ sơ, kiểm tra, thẩm định, phê duyệt, trả kết quả thủ tục hành chính của công dân"
    text = HEAD + f'H-1,Tiếp nhận,2024-04-01 08:00:00,2024-04-01 08:30:00,"{words}"\n'
    marks = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    split = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        mark = "".join(p for p in parts if p in marks)
        split += unicodedata.normalize("NFC", "".join(p for p in parts if p not in marks)) + mark
    path.write_bytes(split.encode("cp1258"))
    with DuckEngine(Foreign(guess=encoding_of)).take_in(path, MAPPING, WORLD) as held:
        assert held.intake.events_kept == 1
        assert held.intake.unknown_activities == {}
