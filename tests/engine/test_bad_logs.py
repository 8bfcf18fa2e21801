"""Every log that cannot be read ends in clear words with a place, in both languages, and leaves nothing."""

from __future__ import annotations

import gzip
import io
import os
import resource
import tempfile
import unicodedata
import zipfile
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


def test_a_packed_log_that_was_cut_off_is_refused(tmp_path):
    path = tmp_path / "log.csv.gz"
    rows = "".join(ROW.format(n=n) for n in range(20_000))
    whole = gzip.compress((HEAD + rows).encode())
    for cut in (whole[:-4], whole[: len(whole) // 2], b"\x1f\x8b\x08" + b"\x00" * 40):
        path.write_bytes(cut)
        assert "damaged" in said(path)


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
