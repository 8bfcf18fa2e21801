"""Tables are read from whatever an office's program wrote, or refused with place and advice."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import struct
import unicodedata
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.errors import InputError
from iso_audit.exchange.code_pages import _TCVN3, _VNI_LETTERS, _VNI_MARKS, decode
from iso_audit.exchange.sheets import Table, read_table
from iso_audit.exchange.step_table import read_steps

BAD = Path(__file__).parent.parent / "bad" / "sheets"
ROWS = [
    ["Bước", "Nội dung công việc", "Trách nhiệm", "Thời gian"],
    ["1", "Tiếp nhận hồ sơ", "Bộ phận Một cửa", "0,5 ngày làm việc"],
    ["2", "Thẩm định, xử lý hồ sơ", "Chuyên viên", "2 ngày làm việc"],
]
TEXT = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS) + "\r\n"


def made(tmp_path: Path, content: bytes, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def in_tcvn3(text: str) -> bytes:
    back = {letter: byte for byte, letter in _TCVN3.items()}
    return "".join(back.get(letter, letter) for letter in text).encode("latin-1")


def in_cp1258(text: str) -> bytes:
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
            base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
            out += base.encode("cp1258") + "".join(tones).encode("cp1258")
    return out


def in_vni(text: str) -> bytes:
    single = {letter: written for written, letter in _VNI_LETTERS.items()} | {"í": "í", "ì": "ì"}
    marks = {mark: written for written, mark in _VNI_MARKS.items()}
    out = ""
    for letter in text:
        lower = letter.lower()
        parts = unicodedata.normalize("NFD", lower)
        if lower in single:
            written = single[lower]
        elif len(parts) == 1:
            written = lower
        else:
            horn = parts[0] + "\u031b"
            base = single[unicodedata.normalize("NFC", horn)] if "\u031b" in parts else parts[0]
            rest = "".join(sorted(parts[1:].replace("\u031b", ""), key=lambda m: m not in "\u0302\u0306"))
            written = base + (marks[rest] if rest else "")
        out += written if letter == lower else written.upper()
    return out.encode("cp1252")


ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "TCVN3": in_tcvn3,
    "VNI": in_vni,
    "Windows-1258": in_cp1258,
    "TCVN3 inside utf-8": lambda text: in_tcvn3(text).decode("latin-1").encode(),
    "VNI inside utf-8": lambda text: in_vni(text).decode("cp1252").encode(),
    "utf-8 twice": lambda text: text.encode().decode("latin-1").encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_table_reads_the_same_in_every_encoding(tmp_path, encoding):
    assert read_table(made(tmp_path, ENCODINGS[encoding](TEXT))).rows == ROWS


@pytest.mark.parametrize("encoding", ["TCVN3", "VNI", "Windows-1258", "utf-8 twice"])
def test_an_old_encoding_is_named(tmp_path, encoding):
    assert read_table(made(tmp_path, ENCODINGS[encoding](TEXT))).encoding == encoding


def test_plain_unicode_names_no_encoding(tmp_path):
    assert read_table(made(tmp_path, TEXT.encode("utf-16"))).encoding == ""


@given(st.sampled_from(sorted(set("".join(_TCVN3.values())))), st.sampled_from([in_vni, in_cp1258]))
def test_every_vietnamese_letter_survives_its_old_encoding(letter, write):
    context = " nội dung công việc, trách nhiệm, thời gian, hồ sơ, tiếp nhận "
    assert decode(write(context + letter)).text == context + letter


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_separator_is_found_beside_decimal_commas(tmp_path, delimiter):
    quote = '"' if delimiter == "," else ""
    text = "\n".join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in ROWS)
    assert read_table(made(tmp_path, text.encode())).rows == ROWS


def test_a_separator_that_excel_was_told_of_is_taken_and_its_line_counted(tmp_path):
    table = read_table(made(tmp_path, ("sep=;\r\n" + "\r\n".join(";".join(row) for row in ROWS)).encode()))
    assert (table.rows, table.lines) == (ROWS, [2, 3, 4])


def test_rows_after_a_cell_of_several_lines_keep_their_line_numbers(tmp_path):
    table = read_table(made(tmp_path, b'a,b\n"x\ny",c\nd,e\n'))
    assert (table.rows, table.lines) == ([["a", "b"], ["x\ny", "c"], ["d", "e"]], [1, 2, 4])


FAULTS = {
    "empty.csv": (0, "the file is empty"),
    "mark-only.csv": (0, "the file is empty"),
    "blank-cells.csv": (0, "no cell of the table has content"),
    "unclosed-quote.csv": (2, "a quotation mark opened in this row"),
    "stray-quote.csv": (3, "a quotation mark opened in this row"),
    "page.xls": (0, "this is a web page or XML"),
    "page.csv": (0, "this is a web page or XML"),
    "spreadsheet-2003.xls": (0, "this is a web page or XML"),
    "plain-text.xlsx": (0, "the file is called .xlsx but holds plain text"),
    "document.csv": (0, "this is a PDF or a packed file"),
    "packed.csv": (0, "this is a PDF or a packed file"),
    "other-language.csv": (0, "it is probably Windows-1252"),
    "few-words-vni.csv": (0, "it is probably VNI"),
    "stray-bytes.csv": (0, "this is no text"),
    "no-head.csv": (0, "no row heads a table of steps"),
    "head-only.csv": (1, "there is no step of work"),
    "head-and-total.csv": (1, "there is no step of work"),
}


@pytest.mark.parametrize("name", sorted(path.name for path in BAD.iterdir()))
def test_a_faulty_file_is_refused_with_its_place_and_what_to_do(name):
    line, words = FAULTS[name]
    with pytest.raises(InputError) as caught:
        read_steps(BAD / name)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, words in fault.what.en) == (str(BAD / name), line, True)
    assert fault.what.vi


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_table(path)
    (fault,) = caught.value.faults
    return fault.what.en


def test_a_folder_is_refused(tmp_path):
    assert refused(tmp_path) == "this is a folder, not a file"


def test_a_file_that_does_not_exist_is_refused(tmp_path):
    assert refused(tmp_path / "none.csv").startswith("the file cannot be opened")


def test_a_line_of_200_megabytes_is_refused_from_its_first_megabyte(tmp_path, monkeypatch):
    path = made(tmp_path, b"a," * 500_000)
    with path.open("r+b") as stream:
        stream.truncate(200_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the whole file was read"))
    assert refused(path).startswith("a line of more than 1,000,000 characters")


def test_a_long_line_further_down_is_refused_with_its_number(tmp_path):
    with pytest.raises(InputError) as caught:
        read_table(made(tmp_path, b"a,b\n" + b"x" * 1_000_001 + b"\n"))
    assert [(fault.line, fault.what.en[:11]) for fault in caught.value.faults] == [(2, "a line of m")]


def test_a_cell_beyond_the_limit_of_the_reader_is_refused(tmp_path):
    assert refused(made(tmp_path, b'a,b\n"' + b"x" * 200_000 + b'",c\n')) == "a cell is too long"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)), st.sampled_from(["csv", "xls"])
)
def test_whatever_the_bytes_are_a_table_or_a_refusal_comes_of_them(tmp_path, content, kind):
    with contextlib.suppress(InputError):
        assert read_table(made(tmp_path, content, f"any.{kind}")).rows


def workbook(path: Path, fill, *, name: str = "Bảng 1") -> Path:
    book = xlsxwriter.Workbook(path)
    fill(book, book.add_worksheet(name))
    book.close()
    return path


def plain(_book, sheet) -> None:
    for index, row in enumerate(ROWS):
        sheet.write_row(index, 0, row)


def test_a_workbook_reads_like_the_same_csv(tmp_path):
    table = read_table(workbook(tmp_path / "a.xlsx", plain))
    assert (table.rows, table.lines, table.sheet, table.merged) == (ROWS, [1, 2, 3], "Bảng 1", ())


def test_what_the_file_is_decides_not_its_name(tmp_path):
    assert read_table(workbook(tmp_path / "a.xlsx", plain).rename(tmp_path / "a.csv")).rows == ROWS


def test_numbers_days_and_merged_cells_of_a_workbook_are_kept(tmp_path):
    def fill(book, sheet):
        sheet.merge_range(1, 1, 3, 1, "chung")
        sheet.write_number(1, 0, 1.0)
        sheet.write_number(2, 0, 0.25)
        sheet.write_datetime(3, 0, dt.date(2025, 2, 1), book.add_format({"num_format": "d/m"}))
        sheet.write_boolean(4, 0, True)

    table = read_table(workbook(tmp_path / "a.xlsx", fill))
    assert [row[0] for row in table.rows] == ["", "1", "0.25", "2025-02-01", "TRUE"]
    assert table.merged == ((1, 1, 3, 1),)


def test_the_first_filled_visible_sheet_is_read_and_the_others_are_named(tmp_path):
    def fill(book, _sheet):
        hidden = book.add_worksheet("Ẩn")
        hidden.write(0, 0, "x")
        hidden.hide()
        plain(book, book.add_worksheet("Bước"))
        book.add_worksheet("Khác").write(0, 0, "y")

    table = read_table(workbook(tmp_path / "a.xlsx", fill))
    assert (table.sheet, table.other_sheets) == ("Bước", ("Khác",))


def test_an_old_font_encoding_in_a_workbook_is_converted(tmp_path):
    def fill(_book, sheet):
        for index, row in enumerate(ROWS):
            sheet.write_row(index, 0, [in_tcvn3(cell).decode("latin-1") for cell in row])

    table = read_table(workbook(tmp_path / "a.xlsx", fill))
    assert (table.rows, table.encoding) == (ROWS, "TCVN3")


def test_a_workbook_without_content_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", lambda book, sheet: None)
    assert refused(path) == "no cell of the table has content"


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_called_xlsx_is_not_opened(tmp_path, monkeypatch):
    path = zipped(
        tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 30_000_000}
    )
    monkeypatch.setattr(
        "python_calamine.CalamineWorkbook.from_path", lambda _: pytest.fail("opened"), raising=False
    )
    assert "swells to at least 30,000,004 bytes" in refused(path)


def test_a_zip_whose_list_lies_about_its_sizes_is_not_opened(tmp_path):
    path = zipped(
        tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 4_000_000}
    )
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<I", 4_000_000), struct.pack("<I", 4_000)))
    assert "swells to at least" in refused(path)


def test_a_sheet_with_a_stray_cell_in_its_last_corner_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", lambda book, sheet: sheet.write(1_048_575, 16_383, "x"))
    assert refused(path).startswith("the sheet is too large (1,048,576 rows x 16,384 columns)")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"word/document.xml": b"<x/>"}, "this is a Word document"),
        ({"content.xml": b"<x/>"}, "this is no Excel workbook"),
        ({"xl/workbook.xml": b"<x/>"}, "the workbook is damaged"),
    ],
)
def test_another_zipped_file_is_told_apart(tmp_path, parts, words):
    assert refused(zipped(tmp_path / "a.xlsx", parts)).startswith(words)


def test_a_workbook_with_a_password_is_refused(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    path = made(tmp_path, ole + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")
    assert refused(path).startswith("the workbook is locked with a password")


def test_a_zip_with_a_locked_part_is_refused(tmp_path):
    path = zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>"})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    assert refused(path).startswith("the workbook is locked with a password")


def test_an_old_word_file_is_no_workbook(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    assert refused(made(tmp_path, ole, "a.xls")).startswith("this is no Excel workbook")


def test_a_damaged_workbook_is_refused_or_read_but_never_breaks_the_reader(tmp_path):
    raw = workbook(tmp_path / "a.xlsx", plain).read_bytes()
    chance = random.Random(7)
    for index in range(60):
        broken = bytearray(raw[: chance.randrange(100, len(raw))] if index % 3 == 0 else raw)
        for _ in range(chance.randrange(1, 20)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with contextlib.suppress(InputError):
            assert isinstance(read_table(made(tmp_path, bytes(broken), "b.xlsx")), Table)


def old_workbook(rows: list[list[str]]) -> bytes:
    """A smallest .xls: one BIFF8 stream in an OLE container of 512-byte sectors."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def text(words: str) -> bytes:
        return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")

    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    name = "Bảng"
    bound = struct.pack("<BB", 0, 0) + struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    book = record(0x0809, begin) + record(0x0042, struct.pack("<H", 1200))
    sheet_at = len(book) + len(record(0x0085, b"\x00" * 4 + bound)) + len(record(0x000A))
    book += record(0x0085, struct.pack("<I", sheet_at) + bound) + record(0x000A)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0))
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet += record(0x0204, struct.pack("<HHH", i, j, 0) + text(cell))
    stream = (book + sheet + record(0x000A)).ljust(4096, b"\x00")
    sectors = len(stream) // 512 + (len(stream) % 512 > 0)
    stream = stream.ljust(sectors * 512, b"\x00")
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = title.encode("utf-16-le")
        head = raw.ljust(64, b"\x00") + struct.pack("<HBB", len(raw) + 2, kind, 1)
        return (
            head
            + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
            + b"\x00" * 36
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += b"\x00" * 6 + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    return head + fat + folder.ljust(512, b"\x00") + stream


def test_an_old_workbook_is_read(tmp_path):
    assert read_table(made(tmp_path, old_workbook(ROWS), "a.xls")).rows == ROWS
