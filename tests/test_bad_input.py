"""Whatever is wrong with what an office hands in, the command line says so in plain words and leaves nothing.

Every case is a small workspace with one thing wrong. What is said of it in both languages is kept
in `golden/bad-input.txt`, so that a person can read all messages one below the other (written anew
by `--update-golden`, without `-n`).
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import errno
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit import api
from iso_audit.cli import cli
from iso_audit.engine.store import DuckStore
from iso_audit.errors import InputError
from iso_audit.exchange.code_pages import _TCVN3, _VNI_LETTERS, _VNI_MARKS
from iso_audit.rules import CATALOGUE

HERE = Path(__file__).parent
ROOT = HERE.parent
BAD = HERE / "bad"
GOLDEN = HERE / "golden" / "bad-input.txt"

SETTINGS = """office: Phường mẫu
calendar: hanh-chinh
packs: [nho]
audit: {date: 2025-12-31}
"""
ORGANISATION = """units: {desk: {name: Bộ phận Một cửa, kind: specialised}}
roles:
  one-stop-officer: {name: Cán bộ một cửa}
  specialist: {name: Chuyên viên}
  chairman: {name: Chủ tịch, leader: true}
"""
CALENDAR = """calendar: hanh-chinh
zone: Asia/Ho_Chi_Minh
hours:
  mon: ["07:30-11:30", "13:00-17:00"]
  tue: ["07:30-11:30", "13:00-17:00"]
  wed: ["07:30-11:30", "13:00-17:00"]
  thu: ["07:30-11:30", "13:00-17:00"]
  fri: ["07:30-11:30", "13:00-17:00"]
first: 2025-01-01
last: 2025-12-31
"""
PACK = """pack: nho
requirements:
  - {id: limit, rule: time-within-limit, cite: [{ref: mẫu}], grade: major}
  - {id: structure, rule: structure, cite: [{ref: mẫu}], grade: major}
  - {id: limit-stated, rule: limit-stated, cite: [{ref: mẫu}], grade: minor}
  - {id: role, rule: responsible-role, cite: [{ref: mẫu}], grade: minor}
  - {id: on-time, rule: on-time, cite: [{ref: mẫu}], grade: minor}
  - {id: step-time, rule: step-time, cite: [{ref: mẫu}], grade: observation}
  - {id: mandatory, rule: mandatory-step, only: [PRC-01], of: [appraise], cite: [{ref: mẫu}], grade: minor}
  - {id: performer, rule: performer, cite: [{ref: mẫu}], grade: minor}
"""
PROCEDURE = """procedure: copy
code: "9.000001"
title: Cấp bản sao
authority: chairman
limit: 3 wd
steps:
  receive: {kind: receive, name: Tiếp nhận, role: one-stop-officer, limit: 2 wh, next: appraise}
  appraise: {kind: appraise, name: Thẩm định, role: specialist, limit: 8 wh, next: sign}
  sign: {kind: approve_sign, name: Ký duyệt, role: chairman, limit: 4 wh, next: return}
  return: {kind: return_result, name: Trả kết quả, role: one-stop-officer}
"""
MAPPING = """mapping: so-theo-doi
procedure: copy
dates: ["%d/%m/%Y %H:%M"]
steps: {Tiếp nhận: receive, Thẩm định: appraise, Ký duyệt: sign, Trả kết quả: return}
ignore: [Ghi chú]
events:
  columns: {dossier_id: Mã hồ sơ, step: Công việc, actor: Cán bộ, started_at: Bắt đầu, finished_at: Kết thúc}
dossiers:
  from: dossiers.csv
  columns: {dossier_id: Mã hồ sơ, received_at: Ngày nhận, finished_at: Ngày xong}
"""
WORK = (("Tiếp nhận", "08:00", "08:30"), ("Thẩm định", "09:00", "11:00"), ("Ký duyệt", "13:30", "14:00"))
LOG = (
    "Mã hồ sơ,Công việc,Cán bộ,Bắt đầu,Kết thúc\n"
    + "".join(
        f"HS-{n},{work},cb{n},{n + 3:02}/03/2025 {begin},{n + 3:02}/03/2025 {end}\n"
        for n in range(5)
        for work, begin, end in (*WORK, ("Trả kết quả", "15:00", "15:10"))
    )
    + "HS-0,Ghi chú,cb0,03/03/2025 16:00,03/03/2025 16:05\n"
)
LATE = LOG.replace("05/03/2025 11:00", "07/03/2025 11:00")
"""The same, with one step over its limit."""
DOSSIERS = "Mã hồ sơ,Ngày nhận,Ngày xong\n" + "".join(
    f"HS-{n},{n + 3:02}/03/2025 08:00,{n + 3:02}/03/2025 15:10\n" for n in range(5)
)
TABLE = (
    "Bước,Nội dung công việc,Trách nhiệm,Thời gian\n"
    'Bước 1,Tiếp nhận hồ sơ,Bộ phận Một cửa,"0,5 ngày làm việc"\n'
    "Bước 2,Ký duyệt kết quả,Chủ tịch,2 ngày làm việc\n"
)
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
<trace><string key="concept:name" value="HS-1"/><date key="REG" value="2025-03-03T08:00:00+07:00"/>
<event><string key="concept:name" value="receive"/>
<date key="time:timestamp" value="2025-03-03T08:30:00+07:00"/></event>
</trace></log>
"""
XES_MAPPING = """mapping: xes
procedure: copy
events:
  columns: {dossier_id: "case:concept:name", step: concept:name, finished_at: time:timestamp}
dossiers:
  from: attributes
  columns: {dossier_id: concept:name, received_at: REG}
"""
HOUSE = {
    "iso-audit.yaml": SETTINGS,
    "organisation.yaml": ORGANISATION,
    "calendars/hanh-chinh.yaml": CALENDAR,
    "requirements/nho.yaml": PACK,
    "procedures/copy.yaml": PROCEDURE,
    "map.yaml": MAPPING,
    "log.csv": LOG,
    "dossiers.csv": DOSSIERS,
    "table.csv": TABLE,
}
OUTPUTS = ("report.pdf", "report.html", "findings.json", "evidence.csv", "measures.xlsx")

CHECK = ("check", "--quiet", "-w", ".")
AUDIT = ("audit", "--quiet", "-w", ".", "--log", "log.csv", "--map", "map.yaml", "-o", "out")
IMPORT = ("import", "table.csv", "-o", "made.yaml")
Content = str | bytes | Callable[[Path], object] | None


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sound workspace with a log, as the folder one works in; temporary files go beside it and must go."""
    folder, temporary = tmp_path / "house", tmp_path / "temporary"
    temporary.mkdir()
    for name, content in HOUSE.items():
        put(folder, name, content)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(temporary.iterdir()) == []


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF that takes no time; the real one is laid out in other tests."""

    def draw(_view: object, _templates: Path, target: Path, attach: object = ()) -> None:
        target.write_bytes(b"%PDF")

    monkeypatch.setattr("iso_audit.report.as_pdf.render", draw)


@pytest.fixture
def quick_report(quick_pdf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a PDF nor a page that takes time."""

    def draw(_view: object, _templates: Path, target: Path) -> None:
        target.write_bytes(b"<html>")

    monkeypatch.setattr("iso_audit.report.as_html.render", draw)


def put(folder: Path, name: str, content: Content) -> None:
    """Put one file in, or take it away (None), or let a function make what is there."""
    path = folder / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    elif content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def run(*words: str | Path, lang: str = "vi") -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "--lang", lang])


def inside(folder: Path) -> dict[str, bytes | str]:
    """All that is in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else "no file"
        for path in sorted(folder.rglob("*"))
    }


def old(before: str, after: str, content: str) -> str:
    assert before in content
    return content.replace(before, after)


def folder_there(path: Path) -> None:
    path.mkdir()


def workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row, line in enumerate(LOG.splitlines()):
        sheet.write_row(row, 0, line.split(","))
    book.close()


def sheet(*rows: str) -> Callable[[Path], object]:
    """A workbook of one sheet with these rows, their cells parted by commas."""

    def make(path: Path) -> None:
        with xlsxwriter.Workbook(str(path)) as book:
            made = book.add_worksheet()
            for number, row in enumerate(rows):
                made.write_row(number, 0, row.split(","))

    return make


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)


def unreadable_name(path: Path) -> None:
    with open(os.fsencode(path.parent) + b"/b\xe1o.yaml", "w", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write("procedure: [")


def in_tcvn3(text: str) -> bytes:
    back = {letter: byte for byte, letter in _TCVN3.items()}
    return "".join(back.get(letter, letter) for letter in text).encode("latin-1")


def in_cp1258(text: str) -> bytes:
    split = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        marks = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
        split += unicodedata.normalize("NFC", "".join(part for part in parts if part not in marks)) + marks
    return split.encode("cp1258")


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
            horn = unicodedata.normalize("NFC", parts[0] + "\u031b")
            base = single[horn] if "\u031b" in parts else parts[0]
            rest = "".join(sorted(parts[1:].replace("\u031b", ""), key=lambda m: m not in "\u0302\u0306"))
            written = base + (marks[rest] if rest else "")
        out += written if letter == lower else written.upper()
    return out.encode("cp1252")


ENTITIES = (
    '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
PACKED = gzip.compress(LOG.encode() * 50)
MESSAGES = (
    '[{"MaHoSo": "HS-1", "NgayTiepNhan": "20250303080000"}, '
    '{"MaHoSo": "HS-1", "NoiDungXuLy": "Thẩm định", "ThoiDiemXuLy": "20250303090000"}]'
)
OCEL = (
    '{"objects": [{"id": "a", "type": "dossier"}], '
    '"events": [{"id": "1", "type": "x", "relationships": [{"objectId": "a"}]}]}'
)
EACH_ROW_QUOTED = "".join(f'"{line}' for line in LOG.splitlines(keepends=True)[1:])


def files(**changed: Content) -> dict[str, Content]:
    """Files by a short name of theirs."""
    places = {
        "settings": "iso-audit.yaml", "organisation": "organisation.yaml", "mapping": "map.yaml",
        "calendar": "calendars/hanh-chinh.yaml", "pack": "requirements/nho.yaml",
        "procedure": "procedures/copy.yaml", "other": "procedures/other.yaml", "log": "log.csv",
        "third": "procedures/third.yaml", "dossiers": "dossiers.csv", "table": "table.csv",
    }  # fmt: skip
    return {places[name]: content for name, content in changed.items()}


def pattern(written: str) -> str:
    asked = (
        f"{{id: code, rule: dossier-code, cite: [{{ref: mẫu}}], grade: minor, code_patterns: ['{written}']}}"
    )
    return f"{PACK}  - {asked}\n"


def cut(written: str) -> str:
    return old(
        "dossiers:\n",
        f"  cut: {{document: {{from: Công việc, pattern: '{written}'}}}}\ndossiers:\n",
        MAPPING,
    )


def bpmn(*lines: str) -> str:
    """A drawing of one process, each piece on a line of its own."""
    inside = "\n".join(lines)
    return f"{BPMN_HEAD}\n<process id='p'>\n{inside}\n</process>\n</definitions>\n"


def vast(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(50_000_000)


BPMN_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns:iso="urn:iso-audit:procedure" '
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
)
DRAWINGS: dict[str, Content] = {
    "empty": "",
    "a folder": folder_there,
    "cut off": bpmn('<task id="a"/>')[:-30],
    "in another encoding": bpmn("<task id='a' name='Thẩm định'/>").encode("cp1258", "replace"),
    "entities that swell": ENTITIES.replace("log", "definitions") + bpmn("<task id='a' name='&j;'/>"),
    "an external entity": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hosts">]>' + bpmn("<task id='a'/>"),
    "a web page": "<!DOCTYPE html><html><body>Đăng nhập</body></html>",
    "another XML": "<log xmlns='http://www.xes-standard.org/'/>",
    "an old version of BPMN": "<definitions xmlns='http://schema.omg.org/spec/BPMN/2.0'/>",
    "a prefix of nobody": bpmn("<v:task id='a'/>"),
    "half a megabyte of brackets": bpmn("<task>" * 100_000),
    "nested without end": bpmn("<subProcess>" * 90 + "</subProcess>" * 90),
    "fifty megabytes": vast,
    "without a step": bpmn(),
    "flows to nowhere": bpmn(
        "<task id='receive'/>", "<sequenceFlow id='f' sourceRef='receive' targetRef='apraise'/>",
        "<sequenceFlow id='g' sourceRef='receive'/>", "<task id='appraise' default='h'/>",
        "<boundaryEvent id='late' attachedToRef='nothing'/>",
    ),
    "an id twice": bpmn("<task id='a'/>", "<userTask id='a'/>"),
    "calls in a circle": bpmn("<callActivity id='a' calledElement='q'/>", "</process>", "<process id='q'>",
                              "<callActivity id='b' calledElement='p'/>"),
    "a message from nowhere": bpmn("<task id='a'/>", "</process>", "<collaboration id='c'>",
                                   "<messageFlow id='m' sourceRef='x' targetRef='a'/>", "</collaboration>",
                                   "<process id='q'>"),
    "facts of ours that nobody understands": bpmn(
        "<task id='a'><extensionElements>", "<iso:step id='a' kinds='appriase' at_most='vài'>",
        "<iso:limit value='ba'/></iso:step></extensionElements></task>",
    ),
}  # fmt: skip


CASES: dict[str, tuple[tuple[str, ...], dict[str, Content]]] = {
    # the call
    "call: a day that is none": ((*CHECK, "--date", "2025-02-30"), {}),
    "call: a week for a day": ((*CHECK, "--date", "2025-W10-1"), {}),
    "call: another age": ((*AUDIT, "--date", "9999-12-31"), {}),
    "call: unknown code": ((*CHECK, "--select", "DEF-TIMM"), {}),
    "call: unknown procedure": ((*CHECK, "copi"), {}),
    "call: a procedure file that is not there": ((*CHECK, "nowhere.yaml"), {}),
    "call: unknown rule": (("rule", "XYZ-99"), {}),
    "call: unknown kind of file": (("schema", "procedur"), {}),
    "call: no such workspace": (("check", "-w", "nowhere"), {}),
    "call: a file for a workspace": (("check", "-w", "log.csv"), {}),
    "call: a folder that is no workspace": (("check", "-w", "calendars"), {}),
    "call: a log without a mapping": (("audit", "--quiet", "-w", ".", "--log", "log.csv"), {}),
    # the workspace
    "workspace: no procedures": (CHECK, files(procedure=None)),
    "workspace: a folder for a procedure": (CHECK, files(procedure=folder_there)),
    "workspace: a folder for the settings": (CHECK, files(settings=folder_there)),
    "workspace: a name of stray bytes": (CHECK, files(other=unreadable_name)),
    "workspace: unknown calendar": (CHECK, files(settings=old("hanh-chinh", "hanh-chin", SETTINGS))),
    "workspace: unknown pack": (CHECK, files(settings=old("[nho]", "[nhỏ]", SETTINGS))),
    "workspace: impossible audit date": (CHECK, files(settings=old("2025-12-31", "2025-02-30", SETTINGS))),
    "workspace: audit of another age": (CHECK, files(settings=old("2025-12-31", "9999-12-31", SETTINGS))),
    "workspace: grading in words": (CHECK, files(settings=SETTINGS + "grading: {share: nhiều, few: 3}\n")),
    "workspace: the log it names is not there": (
        ("audit", "--quiet", "-w", "."),
        files(settings=SETTINGS + "log: nowhere.csv\n"),
    ),
    "workspace: roles that nobody defined": (
        CHECK,
        files(organisation=ORGANISATION + "people: {cb1: {roles: [ghost], unit: nowhere}}\n"),
    ),
    "workspace: a zone that means something else everywhere": (
        CHECK,
        files(calendar=old("Asia/Ho_Chi_Minh", "localtime", CALENDAR)),
    ),
    "workspace: unknown rule": (CHECK, files(pack=old("rule: on-time", "rule: on-tiem", PACK))),
    "workspace: unknown parameter": (
        CHECK,
        files(pack=old("rule: on-time", "rule: on-time, lead: 1 d", PACK)),
    ),
    "workspace: broken code pattern": (CHECK, files(pack=pattern("(HS"))),
    "workspace: code pattern of another language": (CHECK, files(pack=pattern("(?=H)HS"))),
    "workspace: unknown clock": (
        CHECK,
        files(
            pack=PACK
            + "  - {id: c, rule: clock-stop, clocks: {assign: nghỉ}, cite: [{ref: mẫu}], grade: minor}\n"
        ),
    ),
    "workspace: a parameter that no field answers to": (
        CHECK,
        files(
            pack=PACK
            + "  - {id: v, rule: version-block, fields: [code, numer], cite: [{ref: mẫu}], grade: minor}\n"
        ),
    ),
    "workspace: two procedures of one name": (CHECK, files(other=PROCEDURE)),
    "workspace: a call of a procedure that is not there": (
        CHECK,
        files(other="procedure: other\nsteps: {a: {calls: copi}}\n"),
    ),
    "workspace: procedures that call each other": (
        CHECK,
        files(
            other="procedure: other\nsteps: {a: {calls: third}}\n",
            third="procedure: third\nsteps: {b: {calls: other}}\n",
        ),
    ),
    "workspace: a step that calls and has a role": (
        CHECK,
        files(other="procedure: other\nsteps: {a: {calls: copy, role: chairman}}\n"),
    ),
    "workspace: a call whose steps clash": (
        CHECK,
        files(other="procedure: other\nsteps: {a: {calls: copy}, a.receive: }\n"),
    ),
    # the procedure
    "procedure: wrong indentation": (CHECK, files(procedure=old("limit: 3", " limit: 3", PROCEDURE))),
    "procedure: a tab": (CHECK, files(procedure=old("  sign:", "\tsign:", PROCEDURE))),
    "procedure: a key twice": (
        CHECK,
        files(procedure=old("limit: 3 wd\n", "limit: 3 wd\nlimit: 5 wd\n", PROCEDURE)),
    ),
    "procedure: next to a step that is not there": (
        CHECK,
        files(procedure=old("next: sign", "next: sing", PROCEDURE)),
    ),
    "procedure: wrong unit": (CHECK, files(procedure=old("limit: 3 wd", "limit: 2 tuần", PROCEDURE))),
    "procedure: impossible day": (
        CHECK,
        files(procedure=old("limit: 3 wd\n", "limit: 3 wd\nin_force: {from: 2025-02-30}\n", PROCEDURE)),
    ),
    "procedure: unknown key": (CHECK, files(procedure=old("authority:", "authorty:", PROCEDURE))),
    "procedure: empty": (CHECK, files(procedure="")),
    "procedure: TCVN3": (CHECK, files(procedure=in_tcvn3(PROCEDURE))),
    "procedure: UTF-16": (CHECK, files(procedure=PROCEDURE.encode("utf-16"))),
    "procedure: a workbook": (CHECK, files(procedure=workbook)),
    "procedure: aliases that swell": (
        CHECK,
        files(
            procedure="a: &a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(7)
            )
        ),
    ),
    "procedure: half a megabyte of brackets": (CHECK, files(procedure="steps: " + "[" * 500_000)),
    "procedure: faults without end": (CHECK, files(procedure=PROCEDURE + "x: 1\n" * 2000)),
    # the mapping
    "mapping: not there": (AUDIT, files(mapping=None)),
    "mapping: a folder": (AUDIT, files(mapping=folder_there)),
    "mapping: a workbook": (AUDIT, files(mapping=workbook)),
    "mapping: the log itself": (AUDIT, files(mapping=LOG)),
    "mapping: column that is not there": (AUDIT, files(mapping=old("Công việc", "Việc làm", MAPPING))),
    "mapping: column of the second table": (
        AUDIT,
        files(mapping=old("Ngày nhận", "Ngày tiếp nhận", MAPPING)),
    ),
    "mapping: unknown procedure": (AUDIT, files(mapping=old("procedure: copy", "procedure: copi", MAPPING))),
    "mapping: unknown step": (
        AUDIT,
        files(mapping=old("Thẩm định: appraise", "Thẩm định: apraise", MAPPING)),
    ),
    "mapping: no procedure": (AUDIT, files(mapping=old("procedure: copy\n", "", MAPPING))),
    "mapping: a date format of a spreadsheet": (AUDIT, files(mapping=old("%d/%m/%Y %H:%M", "%q", MAPPING))),
    "mapping: date formats that contradict each other": (
        AUDIT,
        files(mapping=old('["%d', '["%m/%d/%Y %H:%M", "%d', MAPPING)),
    ),
    "mapping: unknown encoding": (AUDIT, files(mapping=MAPPING + "encoding: utf8x\n")),
    "mapping: an encoding of bytes": (AUDIT, files(mapping=MAPPING + "encoding: hex\n")),
    "mapping: the wrong encoding": (AUDIT, files(mapping=MAPPING + "encoding: ascii\n")),
    "mapping: unknown zone": (AUDIT, files(mapping=MAPPING + "zone: Hanoi\n")),
    "mapping: drawn up in another age": (AUDIT, files(mapping=MAPPING + "drawn_up_at: 9999-12-31\n")),
    "mapping: a pattern without a group": (AUDIT, files(mapping=cut("TN[0-9]+"))),
    "mapping: a broken pattern": (AUDIT, files(mapping=cut("(TN"))),
    "mapping: attributes of a CSV": (
        AUDIT,
        files(mapping=old("from: dossiers.csv", "from: attributes", MAPPING)),
    ),
    "mapping: the separator of another file": (AUDIT, files(mapping=MAPPING + 'delimiter: ";"\n')),
    # the log
    "log: not there": (AUDIT, files(log=None)),
    "log: a folder": (AUDIT, files(log=folder_there)),
    "log: a pipe": (AUDIT, files(log=os.mkfifo)),
    "log: empty": (AUDIT, files(log="")),
    "log: a byte order mark alone": (AUDIT, files(log=b"\xef\xbb\xbf")),
    "log: a head alone": (AUDIT, files(log=LOG.splitlines(keepends=True)[0])),
    "log: a workbook cut off": (
        AUDIT,
        files(log=lambda path: (workbook(path), path.write_bytes(path.read_bytes()[:3000]))),
    ),
    "log: a blank workbook": (AUDIT, files(log=sheet())),
    "log: a workbook of numbers": (AUDIT, files(log=sheet("1,2", "3,4"))),
    "log: a workbook with a head alone": (AUDIT, files(log=sheet("Nhật ký", LOG.splitlines()[0]))),
    "log: a workbook of other columns": (AUDIT, files(log=sheet("Tên,Tuổi,Quê", "a,b,c"))),
    "log: JSON cut off": (AUDIT, files(log=MESSAGES[:-30])),
    "log: JSON of something else": (AUDIT, files(log='[{"a": 1}]')),
    "log: JSON without anything": (AUDIT, files(log="{}")),
    "log: JSON with a comma missing": (AUDIT, files(log=old("}, {", "}\n {", MESSAGES))),
    "log: JSON lines of which some are broken": (AUDIT, files(log=f"{MESSAGES}\n{{\n\n{MESSAGES}x\n")),
    "log: JSON nested without end": (AUDIT, files(log='{"a": ' + "[" * 500_000)),
    "log: JSON in an old code page": (AUDIT, files(log=MESSAGES.encode("cp1258", "replace"))),
    "log: JSON packed that swells": (AUDIT, files(log=gzip.compress(b'{"a": "' + b"x" * 400_000_000, 1))),
    "log: JSON packed and cut off": (AUDIT, files(log=gzip.compress(MESSAGES.encode())[:-9])),
    "OCEL: no list of objects": (AUDIT, files(log='{"events": [], "objects": {}}')),
    "OCEL: no event": (AUDIT, files(log='{"events": [], "objects": [{"id": "a", "type": "b"}]}')),
    "OCEL: a type that is not there": (AUDIT, files(log=OCEL, mapping=MAPPING + "object_type: dosier\n")),
    "OCEL: other columns": (
        AUDIT,
        files(log=OCEL, mapping=old("from: dossiers.csv", "from: attributes", MAPPING)),
    ),
    "log: a zip bomb": (AUDIT, files(log=zip_bomb)),
    "log: a PDF": (AUDIT, files(log=b"%PDF-1.7\n")),
    "log: a web page": (AUDIT, files(log="<!DOCTYPE html><html><body>Đăng nhập<br></body></html>")),
    "log: packed and cut off": (AUDIT, files(log=PACKED[: len(PACKED) // 2])),
    "log: packed and damaged": (AUDIT, files(log=PACKED[:-8] + b"\x00" * 8)),
    "log: packed twice": (AUDIT, files(log=gzip.compress(PACKED))),
    "log: zero bytes": (AUDIT, files(log=old("cb1", "cb\x001", LOG))),
    "log: broken quoting on every row": (
        AUDIT,
        files(log=LOG.splitlines(keepends=True)[0] + EACH_ROW_QUOTED),
    ),
    "log: dates of another form": (AUDIT, files(log=LOG.replace("/2025", "/25"))),
    "log: dates that cannot be": (AUDIT, files(log=LOG.replace("/03/2025", "/13/2025"))),
    "log: dates of several forms": (
        AUDIT,
        files(
            log=LOG.replace("03/03/2025", "3-3-2025")
            .replace("04/03", "4 tháng 3,")
            .replace("05/03/2025", "45721")
            .replace("06/03/", "06-03-")
        ),
    ),
    "log: no dossier codes": (AUDIT, files(log=re.sub(r"HS-\d", "", LOG))),
    "log: a column twice": (AUDIT, files(log=old("Cán bộ", "Công việc", LOG))),
    "log: a column missing": (AUDIT, files(log=old("Kết thúc", "Xong lúc", LOG))),
    "log: letters of another language": (AUDIT, files(log=b"r\xe9f\xe9rence;re\xe7u\n1;d\xe9j\xe0\n")),
    "log: stray bytes far down": (AUDIT, files(log=LOG.encode() * 800 + b"HS-1,\xff\xfe,cb,1,2\n")),
    "log: a letter cut in half at the end": (AUDIT, files(log=LOG.encode() + "HS-9,Tiếp".encode()[:-2])),
    "log: of years when no procedure was in force": (
        AUDIT,
        files(procedure=old("limit: 3 wd\n", "limit: 3 wd\nin_force: {to: 2001-01-01}\n", PROCEDURE)),
    ),
    "log: nothing of the period that is audited": (
        AUDIT,
        files(settings=old("31}", "31, period: {from: 2024-01-01, to: 2024-12-31}}", SETTINGS)),
    ),
    "log: a broken Parquet file": (AUDIT, files(log=b"PAR1" + b"x" * 100)),
    "dossiers: not there": (AUDIT, files(dossiers=None)),
    "dossiers: the folder itself": (
        AUDIT,
        files(mapping=old("from: dossiers.csv", "from: calendars", MAPPING)),
    ),
    "map: a log that is not there": (("map", "log.xlsx"), {}),
    "map: an empty log": (("map", "log.csv", "-o", "new.yaml"), files(log="")),
    "map: a file that exists": (("map", "log.csv", "-o", "map.yaml"), {}),
    "map: a broken second table": (
        ("map", "log.csv", "--dossiers", "dossiers.csv"),
        files(dossiers=b"PAR1xx"),
    ),
    "dossiers: a workbook": (AUDIT, files(dossiers=workbook)),
    "XES: cut off": (AUDIT, files(log=XES[:-60], mapping=XES_MAPPING)),
    "XES: packed and cut off": (AUDIT, files(log=gzip.compress(XES.encode() * 3)[:-30], mapping=XES_MAPPING)),
    "XES: entities that swell": (
        AUDIT,
        files(log=XES.replace("<log", f"{ENTITIES}<log").replace('"HS-1"', '"&j;"'), mapping=XES_MAPPING),
    ),
    "XES: entities that swell in the root": (
        AUDIT,
        files(log=XES.replace("<log", f'{ENTITIES}<log a="&j;"'), mapping=XES_MAPPING),
    ),
    "XES: an entity from outside": (
        AUDIT,
        files(
            log=XES.replace("<log", '<!DOCTYPE log [<!ENTITY e SYSTEM "file:///etc/passwd">]><log').replace(
                '"HS-1"', '"&e;"'
            ),
            mapping=XES_MAPPING,
        ),
    ),
    "XES: a document type from outside": (
        AUDIT,
        files(
            log=XES.replace("<log", '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/a.dtd"><log'),
            mapping=XES_MAPPING,
        ),
    ),
    "XES: other XML": (AUDIT, files(log="<invoice/>", mapping=XES_MAPPING)),
    "XES: no trace": (AUDIT, files(log="<log/>", mapping=XES_MAPPING)),
    "XES: nested without end": (AUDIT, files(log="<log>" + "<trace>" * 3000, mapping=XES_MAPPING)),
    "XES: letters not as declared": (
        AUDIT,
        files(log=XES.replace("HS-1", "é").encode("latin-1"), mapping=XES_MAPPING),
    ),
    "XES: attribute that is not there": (AUDIT, files(log=XES, mapping=XES_MAPPING.replace("REG}", "REGG}"))),
    "XES: impossible dates": (AUDIT, files(log=XES.replace("2025-03-03", "2025-02-31"), mapping=XES_MAPPING)),
    # where outputs go
    "output: a file": ((*AUDIT[:-1], "log.csv"), {}),
    "output: below a file": ((*AUDIT[:-1], "log.csv/out"), {}),
    "output: a name that is too long": ((*AUDIT[:-1], "x" * 300), {}),
    "output: a folder where a file must be": (AUDIT, {"out/report.html/mine.txt": "mine"}),
    "output: below a file that is to be made": ((*IMPORT[:-1], "log.csv/made.yaml"), {}),
    "output: a procedure that is there already": ((*IMPORT[:-1], "map.yaml"), {}),
    "output: schemas into a file": (("schema", "-o", "log.csv"), {}),
    # step tables
    "table: not there": (IMPORT, files(table=None)),
    "table: a folder": (IMPORT, files(table=folder_there)),
    "table: a log": (IMPORT, files(table=LOG)),
    "table: a zip bomb called .xlsx": (("import", "bomb.xlsx"), {"bomb.xlsx": zip_bomb}),
    "table: text called .xlsx": (("import", "text.xlsx"), {"text.xlsx": TABLE}),
    "table: a workbook cut off": (
        ("import", "half.xlsx"),
        {"half.xlsx": lambda path: (workbook(path), path.write_bytes(path.read_bytes()[:3000]))},
    ),
    "table: an open quotation mark": (IMPORT, files(table=TABLE.replace('việc"', "việc"))),
    "table: too many rows": (IMPORT, files(table=TABLE + "1,Ký duyệt,Chủ tịch,1 giờ\n" * 2500)),
    "table: too many cells": (IMPORT, files(table=TABLE + "1,2,3,4\n" * 60_000)),
    "table: an id that is none": ((*IMPORT, "--id", "../x"), {}),
    # BPMN drawings
    **{f"drawing: {name}": ((*CHECK, "m.bpmn"), {"m.bpmn": content}) for name, content in DRAWINGS.items()},
    "drawing: not there": ((*CHECK, "m.bpmn"), {}),
    "drawing: several procedures into one file": (
        ("import", "m.bpmn", "-o", "p.yaml"),
        {"m.bpmn": bpmn('<task id="a"/>', '</process><process id="q"><task id="b"/>')},
    ),
    "drawing: facts of a table": (
        ("import", "m.bpmn", "--total", "3 wd"),
        {"m.bpmn": bpmn('<task id="a"/>')},
    ),
    "drawing: into a file that is there": (
        ("import", "m.bpmn", "-o", "map.yaml"),
        {"m.bpmn": bpmn('<task id="a"/>')},
    ),
    "drawing: kept within itself": (
        CHECK,
        files(procedure=PROCEDURE.replace("{kind: receive", "{within: appraise, kind: receive")
              .replace("{kind: appraise", "{within: receive, kind: appraise")),
    ),
}  # fmt: skip
TRICKY = re.compile(
    r"Traceback|NoneType|\b\w+(?:Error|Exception)\b|Errno|\bSELECT\b|DuckDB|pydantic|libxml|<class|object at"
)
VIETNAMESE = re.compile(r"[ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")


def kept() -> dict[str, str]:
    """What is kept of each case."""
    if not GOLDEN.exists():
        return {}
    parts = re.split(r"^## (.*)\n", GOLDEN.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def keep(name: str, said: str) -> None:
    sections = {each: text for each, text in kept().items() if each in CASES} | {name: said}
    GOLDEN.write_text(
        "".join(f"## {each}\n{sections[each]}" for each in CASES if each in sections), encoding="utf-8"
    )


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_in_plain_words_and_leaves_nothing(
    name: str, house: Path, request: pytest.FixtureRequest
) -> None:
    words, changes = CASES[name]
    for file, content in changes.items():
        put(house, file, content)
    before = inside(house)
    said = {}
    for lang in ("vi", "en"):
        result = run(*words, lang=lang)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert TRICKY.search(result.stderr) is None, result.stderr
        said[lang] = result.stderr
        assert inside(house) == before
    faults = said["vi"].splitlines()[1:-1]
    assert faults
    assert all(VIETNAMESE.search(fault) for fault in faults)
    assert said["vi"] != said["en"]
    both = said["vi"] + said["en"]
    if request.config.getoption("--update-golden"):
        keep(name, both)
    assert both == kept()[name]


def test_the_collection_is_large_and_nothing_that_is_kept_is_left_over() -> None:
    assert len(CASES) >= 100
    assert list(kept()) == list(CASES)


@pytest.mark.parametrize(
    "kind",
    [
        "announced",
        "calendars",
        "mappings",
        "organisation",
        "procedures",
        "requirements",
        "settings",
        "waivers",
        "sheets",
        "logs",
    ],
)
def test_every_file_of_the_collections_is_refused_by_the_command_line(kind: str, house: Path) -> None:
    places = {
        "announced": "announced.yaml", "organisation": "organisation.yaml", "settings": "iso-audit.yaml",
        "mappings": "map.yaml", "waivers": "waivers.yaml",
    }  # fmt: skip
    mapping = (
        "mapping: bad\nprocedure: copy\nevents: {columns: {dossier_id: mã hồ sơ, step: công việc, "
        "started_at: bắt đầu, finished_at: kết thúc, reason: ghi chú}}\n"
    )
    for path in sorted((BAD / kind).iterdir()):
        if path.suffix == ".txt" or (kind == "logs" and path.stem.startswith("utf-16")):
            continue  # what was said of it; letters that are certain to the command line
        name = places.get(kind, path.name if kind in ("sheets", "logs") else f"{kind}/{path.name}")
        put(house, name, path.read_bytes())
        words = {
            "mappings": AUDIT,
            "sheets": ("import", name),
            "logs": ("audit", "--quiet", "-w", ".", "--log", name, "--map", "bad.yaml", "-o", "out"),
        }
        put(house, "bad.yaml", mapping)
        before = inside(house)
        for lang in ("vi", "en"):
            result = run(*words.get(kind, CHECK), lang=lang)
            assert result.exit_code == 2, (path, result.output)
            assert f"  {name}" in result.stderr
            assert TRICKY.search(result.stderr) is None, result.stderr
            assert inside(house) == before
        put(house, name, HOUSE.get(name))


@pytest.mark.parametrize(
    ("procedure", "code"),
    [
        (old("role: specialist", "role: ghost", PROCEDURE), "DEF-ROLE"),
        (old("next: return}", "next: receive}", PROCEDURE), "DEF-STEP"),
        (old("limit: 3 wd\n", "", PROCEDURE), "DEF-TIME"),
    ],
    ids=["unknown role", "a circle with no way out", "no limit"],
)
def test_what_can_be_read_but_does_not_conform_is_a_finding(procedure: str, code: str, house: Path) -> None:
    put(house, "procedures/copy.yaml", procedure)
    result = run(*CHECK, "--format", "json")
    assert result.exit_code == 1, result.output
    assert any(finding["code"].startswith(code) for finding in json.loads(result.stdout)["findings"])


LETTERS: dict[str, Callable[[str], bytes]] = {
    "NFD": lambda text: unicodedata.normalize("NFD", text).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "TCVN3": in_tcvn3,
    "VNI": in_vni,
    "Windows-1258": in_cp1258,
    "lone carriage returns": lambda text: text.replace("\n", "\r").encode(),
    "packed": lambda text: gzip.compress(text.encode()),
}
OFFICIAL = ("Nguyễn Thị Bưởi", "Đỗ Hữu Nghĩa", "Phạm Quỳnh", "Lưu Ước Vọng", "Trần Thẳng")


@pytest.mark.parametrize("written", LETTERS)
def test_letters_that_are_certain_are_read_and_come_out_right(
    written: str, house: Path, quick_report: None
) -> None:
    log = re.sub(r"cb(\d)", lambda match: OFFICIAL[int(match[1])], LATE)
    put(house, "log.csv", LETTERS[written](log))
    put(house, "dossiers.csv", LETTERS[written](DOSSIERS))
    assert run(*AUDIT, "--fail-on", "observation").exit_code == 1
    intake = json.loads((house / "out/findings.json").read_text(encoding="utf-8"))["intake"]
    assert (intake["events_kept"], intake["events_ignored"], intake["refused_count"]) == (20, 1, 0)
    assert intake["unknown_activities"] == {}
    evidence = csv.DictReader((house / "out/evidence.csv").read_text(encoding="utf-8-sig").splitlines())
    assert {(row["code"], row["actor"]) for row in evidence} == {("TIM-02", OFFICIAL[2])}


@pytest.mark.parametrize("encoding", ["tcvn3", "abc", "vni", "cp1258"])
def test_an_encoding_that_the_mapping_names_is_taken_at_its_word(encoding: str, house: Path) -> None:
    write = {"tcvn3": in_tcvn3, "abc": in_tcvn3, "vni": in_vni, "cp1258": in_cp1258}[encoding]
    put(house, "log.csv", write("ma,viec,xong\nHS-1,Thẩm định,2025-03-03 08:00\n"))
    put(
        house, "map.yaml",
        f"mapping: few\nprocedure: copy\nencoding: {encoding}\nsteps: {{Thẩm định: appraise}}\n"
        "events: {columns: {dossier_id: ma, step: viec, finished_at: xong}}\n",
    )  # fmt: skip
    intake = api.audit(Path(), Path("log.csv"), Path("map.yaml")).outcome.intake
    assert intake is not None
    assert (intake.events_kept, intake.unknown_activities) == (1, {})


def test_a_log_is_never_taken_for_another_one_of_a_like_name(house: Path) -> None:
    put(house, "log[1].csv", LOG)
    put(house, "log1.csv", LOG.replace("HS-", "WRONG-"))
    put(house, "log*.csv", LOG)
    for name in ("log[1].csv", "log*.csv"):
        intake = api.audit(Path(), Path(name), Path("map.yaml")).outcome.intake
        assert intake is not None
        assert (intake.event_rows, intake.dossiers_kept) == (21, 5)


MEASURE = """
import resource, sys
from iso_audit.cli import main
try:
    main()
finally:
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(own.ru_maxrss // 1024, own.ru_utime + own.ru_stime, file=sys.stderr)
"""


def measured(*words: str) -> tuple[str, int, float]:
    """What a call of its own says, the megabytes it held and the seconds of work it took."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *words], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    *said, numbers = done.stderr.splitlines()
    megabytes, seconds = numbers.split()
    return "\n".join(said), int(megabytes), float(seconds)


def test_a_line_of_200_megabytes_costs_neither_time_nor_memory(house: Path) -> None:
    with (house / "long.csv").open("wb") as stream:
        for _ in range(200):
            stream.write(b"a," * 500_000)
    (house / "long.yaml").symlink_to("long.csv")
    with (house / "far.csv").open("wb") as stream:
        stream.write(LOG.encode() + b'HS-1,"')
        for _ in range(200):
            stream.write(b"a," * 500_000)
    with (house / "long.xes").open("wb") as stream:
        stream.write(b'<log><trace><string key="a" value="')
        for _ in range(200):
            stream.write(b"a" * 1_000_000)
    for_log = ("audit", "--quiet", "-w", ".", "--map", "map.yaml", "-o", "out", "--log")
    _, usual, _ = measured(*for_log, "nowhere.csv")
    calls = {
        "long.csv:1": (*for_log, "long.csv"),
        "far.csv:23": (*for_log, "far.csv"),
        "long.xes": (*for_log, "long.xes"),
        "long.yaml": ("audit", "--quiet", "-w", ".", "--log", "log.csv", "--map", "long.yaml"),
        "long.csv:1:": ("import", "long.csv"),
    }
    for place, words in calls.items():
        said, megabytes, seconds = measured(*words)
        assert place in said
        assert TRICKY.search(said) is None
        assert megabytes - usual < 150
        assert seconds < 2


def test_the_command_itself_ends_with_two_and_leaves_nothing(house: Path) -> None:
    put(house, "log.csv", LOG.replace("/2025", "/25"))
    before = inside(house)
    done = subprocess.run(
        [sys.executable, "-m", "iso_audit", *AUDIT], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "log.csv: 21 trong 26 hàng không dùng được" in done.stderr
    assert TRICKY.search(done.stderr) is None
    assert inside(house) == before


def test_a_whole_run_leaves_its_outputs_and_nothing_else(house: Path) -> None:
    before = inside(house)
    result = run(*AUDIT, "--fail-on", "never")
    assert result.exit_code == 0, result.output
    assert set(inside(house)) - set(before) == {"out", *(f"out/{name}" for name in OUTPUTS)}


def boom(*_: object) -> None:
    raise ZeroDivisionError("as programmed")


@pytest.mark.parametrize("answer", [boom, lambda *_: None], ids=["crashes", "answers nothing"])
def test_a_rule_that_fails_is_told_once_and_the_others_still_run(
    answer: Callable[..., None], house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(house, "log.csv", LATE)
    sound = json.loads(run(*AUDIT[:-2], "--format", "json").stdout)
    rule = CATALOGUE["on-time"]
    assert rule.on_dossier is not None
    broken = replace(rule, on_dossier=replace(rule.on_dossier, ask=answer))
    monkeypatch.setattr("iso_audit.rules.CATALOGUE", {**CATALOGUE, "on-time": broken})
    result = run(*AUDIT[:-2])
    assert result.exit_code == 3, result.output
    assert result.stdout.count("TIM-01") == 1
    assert "Traceback" not in result.output
    outcome = json.loads(run(*AUDIT[:-2], "--format", "json").stdout)
    assert [failure["code"] for failure in outcome["failures"]] == ["TIM-01"]
    assert outcome["findings"] == [finding for finding in sound["findings"] if finding["code"] != "TIM-01"]
    assert outcome["findings"]


def test_a_fault_of_ours_is_owned_up_to_and_leaves_nothing(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage in ("iso_audit.report.view.view", "iso_audit.audit.dossiers.check_log"):
        with monkeypatch.context() as patch:
            patch.setattr(stage, boom)
            before = inside(house)
            for words in (AUDIT, AUDIT[:-2]):
                result = run(*words)
                assert result.exit_code == 3, result.output
                assert "không phải của anh chị" in result.stderr
                assert "Traceback" not in result.output
            assert inside(house) == before


@pytest.fixture
def yesterday(house: Path) -> dict[str, bytes | str]:
    """A folder with the outputs of an earlier run; all that is in the house."""
    for name in OUTPUTS:
        put(house, f"out/{name}", f"{name} of yesterday")
    return inside(house)


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


STAGES = (
    "iso_audit.workspace.load.load",
    "iso_audit.workspace.load.load_mapping",
    "iso_audit.engine.duck.open_log",
    "iso_audit.engine.held.work_out",
    "iso_audit.audit.definitions.check_definitions",
    "iso_audit.audit.dossiers.check_log",
    "iso_audit.engine.held.HeldLog.tally",
    "iso_audit.judgement.grade.graded",
    "iso_audit.report.view.view",
    "iso_audit.report.as_json.render",
    "iso_audit.report.as_html.render",
    "iso_audit.engine.held.HeldLog.write_evidence",
    "iso_audit.report.as_pdf.render",
    "os.replace",
)


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupt_leaves_the_outputs_of_yesterday_whole(
    stage: str,
    house: Path,
    yesterday: dict[str, bytes | str],
    quick_report: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage, stopped if stage != "os.replace" else once_moved(KeyboardInterrupt(), 3))
        result = run(*AUDIT)
    assert result.exit_code == 2, result.output
    assert result.stderr == "Đã dừng theo yêu cầu.\nChưa ghi kết quả nào.\n"
    assert inside(house) == yesterday


@pytest.mark.parametrize("statement", [1, 12, 30, 45])
def test_an_interrupt_in_the_middle_of_the_log_leaves_nothing(
    statement: int, house: Path, yesterday: dict[str, bytes | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    really, count = DuckStore.run, 0

    def counted(self: DuckStore, *words: object) -> object:
        nonlocal count
        count += 1
        if count == statement:
            raise KeyboardInterrupt
        return really(self, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(DuckStore, "run", counted)
    assert run(*AUDIT).exit_code == 2
    assert inside(house) == yesterday


def once_moved(error: BaseException, times: int) -> Callable[[object, object], None]:
    """`os.replace` that fails once, after so many times."""
    really, left = os.replace, [times]

    def replaced(source: str, target: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise error
        really(source, target)

    return replaced


DISK = {
    "full while the page is written": (
        "iso_audit.report.as_html.render",
        OSError(errno.ENOSPC, "No space left"),
        "đầy",
    ),
    "full while the evidence is written": (
        "iso_audit.engine.held.HeldLog.write_evidence",
        OSError(errno.ENOSPC, "No space left"),
        "đầy",
    ),
    "full before anything is written": (
        "tempfile.mkdtemp",
        OSError(errno.ENOSPC, "No space left", "out"),
        "đầy",
    ),
    "not to be written to": (
        "tempfile.mkdtemp",
        PermissionError(errno.EACCES, "Denied", "out/x"),
        "không có quyền",
    ),
    "open in another program": (
        "os.replace",
        PermissionError(errno.EACCES, "Denied", "out/report.html"),
        "đang mở tệp",
    ),
}


@pytest.mark.parametrize("trouble", DISK)
def test_a_disk_that_will_not_take_the_outputs_is_told_in_plain_words(
    trouble: str,
    house: Path,
    yesterday: dict[str, bytes | str],
    quick_report: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, error, said = DISK[trouble]

    def fails(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        if place == "os.replace":
            patch.setattr(place, once_moved(error, 4))
        elif place == "tempfile.mkdtemp":
            really = tempfile.mkdtemp
            patch.setattr(
                place, lambda *given, **words: fails() if "out" in str(words) else really(*given, **words)
            )
        else:
            patch.setattr(place, fails)
        result = run(*AUDIT)
    assert result.exit_code == 2, result.output
    assert "  out: không ghi được vào đây: " in result.stderr
    assert said in result.stderr
    assert TRICKY.search(result.stderr) is None
    assert inside(house) == yesterday


def test_a_folder_that_may_not_be_written_to_is_refused_before_the_log_is_read(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr("iso_audit.engine.duck.open_log", lambda *_: pytest.fail("the log was read"))
    before = inside(house)
    result = run(*AUDIT)
    assert result.exit_code == 2, result.output
    assert "out: không ghi được vào đây: không có quyền" in result.stderr
    assert inside(house) == before


def test_a_folder_made_for_outputs_goes_again_where_they_fail(
    house: Path, quick_pdf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iso_audit.report.as_html.render", boom)
    before = inside(house)
    assert run(*AUDIT[:-1], "new/and/deep").exit_code == 3
    assert inside(house) == before


def test_a_disk_that_fills_up_leaves_no_half_procedure(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left")

    before = inside(house)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        for words in (IMPORT, ("schema", "-o", "schemas")):
            result = run(*words)
            assert result.exit_code == 2, result.output
            assert "ổ đĩa đã đầy" in result.stderr
    assert inside(house) == before


def test_words_of_a_log_cannot_swell_the_report(house: Path, quick_pdf: None) -> None:
    put(house, "log.csv", LATE.replace("HS-2", "H" * 20_000))
    put(house, "dossiers.csv", DOSSIERS.replace("HS-2", "H" * 20_000))
    assert run(*AUDIT, "--fail-on", "never").exit_code == 0
    assert max(map(len, re.findall("H+", (house / "out/report.html").read_text(encoding="utf-8")))) < 100
    assert "H" * 20_000 in (house / "out/evidence.csv").read_text(encoding="utf-8-sig")


ODD = (
    "", " ", '"', '""', 'a"b', ",", ";", "\t", "\n", "\r", "\x00", "\u00a0", "\ufeff", "e\u0301",
    "\U0001f600", "NULL", "nan", "1e400", "31/02/2025 08:00", "2025-02-31", "9999-12-31", "0001-01-01",
    "infinity", "-infinity", "epoch", "2025-03-05T08:00:00Z", "2025-03-05 08:00:00+14:00", "05/03/2025",
    "2025-03-05 08:00:00.123456789", "45721.5", "=1+1", "'; DROP TABLE event; --", "$v0", "{x}", "\\",
    "x" * 3000, "Ghi chú", "receive", "HS-3", "../x",
)  # fmt: skip
SWITCHES = (
    "start: previous_finish", "due: given", "encoding: utf-16", "encoding: tcvn3", "delimiter: ';'",
    "zone: America/New_York", "drawn_up_at: 1990-01-01", "drawn_up_at: 2099-12-31T23:59:59+14:00",
)  # fmt: skip
place = st.integers(0, 60)
edits = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), place, place, st.sampled_from(ODD)),
        st.tuples(st.just("column"), place, place, st.sampled_from(ODD)),
        st.tuples(st.just("drop column"), place, place, st.just("")),
        st.tuples(st.just("drop"), place, place, st.just("")),
        st.tuples(st.just("twice"), place, place, st.just("")),
        st.tuples(st.just("insert"), place, place, st.sampled_from(ODD)),
        st.tuples(st.just("swap"), place, place, st.just("")),
    ),
    max_size=4,
)
flips = st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=2)), max_size=2)


def changed(text: str, changes: list[tuple[str, int, int, str]]) -> str:
    """A table of text with cells, rows and columns changed."""
    for what, at, column, odd in changes:
        rows = [line.split(",") for line in text.splitlines()] or [[""]]
        row = rows[at % len(rows)]
        column %= len(row)
        if what == "cell":
            row[column] = odd
        elif what == "column":
            for each in rows[1:]:
                each[column % len(each)] = odd
        elif what == "drop column":
            for each in rows:
                del each[column % len(each)]
        elif what == "drop":
            rows.remove(row)
        elif what == "twice":
            rows.append(row)
        elif what == "insert":
            row[column] = row[column][: at % 9] + odd + row[column][at % 9 :]
        else:
            row[column], row[at % len(row)] = row[at % len(row)], row[column]
        text = "".join(",".join(each) + "\n" for each in rows)
    return text


def flipped(raw: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    for at, new in changes:
        at %= len(raw) + 1
        raw = raw[:at] + new + raw[at + 1 :]
    return raw


def rows_in(raw: bytes) -> int | None:
    """Rows of a sound table by Python's own reader; None where the table is not sound."""
    with contextlib.suppress(UnicodeDecodeError, csv.Error):
        text = raw.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        if rows and "\x00" not in text and all(len(row) == len(rows[0]) for row in rows):
            return len(rows) - 1
    return None


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edits, edits, flips, flips, st.sampled_from(("", *SWITCHES)), st.sampled_from(ODD))
def test_whatever_happens_to_a_log_it_is_refused_or_every_row_is_accounted_for(
    house: Path,
    log: list[tuple[str, int, int, str]],
    dossiers: list[tuple[str, int, int, str]],
    bytes_of_log: list[tuple[int, bytes]],
    bytes_of_mapping: list[tuple[int, bytes]],
    switch: str,
    odd: str,
) -> None:
    raw = flipped(changed(LOG, log).encode(), bytes_of_log)
    put(house, "log.csv", raw)
    put(house, "dossiers.csv", changed(DOSSIERS, dossiers))
    put(house, "map.yaml", flipped(f"{MAPPING}{switch}\n".encode(), bytes_of_mapping if odd == "" else []))
    try:
        done = api.audit(Path(), Path("log.csv"), Path("map.yaml"))
    except InputError as error:
        for fault in error.faults:
            assert fault.what.vi
            assert fault.what.en
            assert TRICKY.search(fault.say("vi")) is None
        return
    intake = done.outcome.intake
    assert intake is not None
    assert done.outcome.failures == ()
    refused_events = intake.event_rows - intake.events_kept - intake.events_ignored
    refused_dossiers = intake.dossier_rows - intake.dossiers_kept
    assert min(refused_events, refused_dossiers, intake.events_ignored) >= 0
    assert refused_events + refused_dossiers == intake.refused_count == sum(intake.refused_reasons.values())
    assert sum(measure.dossiers for measure in done.outcome.measures.dossiers) == (
        intake.dossiers_kept - intake.dossiers_without_procedure
    )
    rows = rows_in(raw)
    if rows is not None and "encoding" not in switch:
        assert intake.event_rows == rows
    api.as_json(done)
    for form in ("text", "sarif", "junit"):
        api.shown(done, form, "vi", "minor")


def test_a_day_without_end_is_no_fault(house: Path) -> None:
    put(house, "requirements/nho.yaml", f"{PACK}in_force: {{from: 0001-01-01, to: 9999-12-31}}\n")
    outcome = api.audit(Path(), Path("log.csv"), Path("map.yaml"), date=dt.date(2025, 12, 31)).outcome
    assert outcome.intake is not None
    assert outcome.intake.dossiers_kept == 5
