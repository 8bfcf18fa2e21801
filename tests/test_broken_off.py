"""A log that breaks off: what is judged is judged as in the whole log, and nobody can miss that it ended."""

from __future__ import annotations

import csv
import errno
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iso_audit.cli import cli

WORKSPACE = Path(__file__).parent / "workspaces/generated"
HEARD = {
    "en": ("breaks off", "not the result of the whole log"),
    "vi": ("bị cắt giữa chừng", "toàn bộ nhật ký"),
}


@pytest.fixture
def rows(data: Path) -> list[str]:
    """A line for the head, then the rows of each dossier together."""
    head, *rows = (
        (data / "tools/sample_1000/events.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    )
    return [head, *sorted(rows, key=lambda row: row.partition(",")[0])]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    own = (WORKSPACE / "mapping.yaml").read_text(encoding="utf-8")
    path.write_text(f"{own}dossiers_together: true\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iso_audit.report.as_pdf.render", lambda *_, **__: None)


def audit(log: Path, mapping: Path, *words: str) -> Result:
    call = ["audit", "-w", str(WORKSPACE), "--log", str(log), "--map", str(mapping), *words]
    return CliRunner().invoke(cli, call)


def breaches(folder: Path) -> list[tuple[str, ...]]:
    with (folder / "evidence.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [tuple(row.values()) for row in csv.DictReader(stream)]


def test_nobody_is_accused_of_what_the_whole_log_does_not_accuse_of(rows, mapping, tmp_path):
    (tmp_path / "whole.csv").write_text("".join(rows), encoding="utf-8")
    packed = gzip.compress("".join(rows).encode())
    (tmp_path / "cut.csv.gz").write_bytes(packed[: len(packed) * 2 // 3])
    for name in ("whole.csv", "cut.csv.gz"):
        assert audit(tmp_path / name, mapping, "-o", str(tmp_path / f"{name}.out")).exit_code == 1
    whole, cut = (breaches(tmp_path / f"{name}.out") for name in ("whole.csv", "cut.csv.gz"))
    intake = json.loads((tmp_path / "cut.csv.gz.out/findings.json").read_text(encoding="utf-8"))["intake"]
    read = {row.partition(",")[0].strip('"') for row in rows[1 : intake["cut_off"]["rows"] + 1]}
    assert len(read) == intake["dossiers_kept"] + 1 > 500
    last = rows[intake["cut_off"]["rows"]].partition(",")[0].strip('"')
    dossier = 6
    assert cut == [row for row in whole if row[dossier] in read - {last}]
    assert len(cut) > 50
    page, whole_page = (
        (tmp_path / f"{name}.out/report.html").read_text(encoding="utf-8")
        for name in ("cut.csv.gz", "whole.csv")
    )
    for words in ("và toàn bộ", "Toàn bộ hồ sơ trong nhật ký được kiểm tra"):
        assert words in whole_page
        assert words not in page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_is_said_wherever_the_result_is_read_and_ends_with_one(rows, mapping, tmp_path, lang):
    path = tmp_path / "log.csv.gz"
    packed = gzip.compress("".join(rows[:400]).encode())
    path.write_bytes(packed)
    assert audit(path, mapping, "--select", "PRC-05").exit_code == 0
    path.write_bytes(packed[:-20])
    printed = audit(path, mapping, "--lang", lang, "--select", "PRC-05", "-q")
    assert printed.exit_code == 1
    for words in HEARD[lang]:
        assert words in printed.stderr
    assert audit(path, mapping, "--select", "PRC-05", "--fail-on", "never").exit_code == 0
    told = audit(path, mapping, "--lang", lang, "--select", "PRC-05", "--format", "json")
    assert json.loads(told.stdout)["intake"]["cut_off"]["left_out"] > 0
    written = audit(path, mapping, "--lang", lang, "-o", str(tmp_path / "out"))
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert HEARD[lang][0] in " ".join(page.split())
    assert HEARD[lang][0] in " ".join(written.stdout.split())


def test_a_dossier_that_was_cut_in_two_has_no_story_and_the_others_have_theirs(rows, mapping, tmp_path):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress("".join(rows[:400]).encode())[:-20])
    intake = json.loads(audit(path, mapping, "--select", "PRC-05", "--format", "json").stdout)["intake"]
    cut, first = (rows[at].partition(",")[0].strip('"') for at in (intake["cut_off"]["rows"], 1))
    told = audit(path, mapping, "--dossier", cut, "--lang", "en")
    assert told.exit_code == 2
    assert "cut in two" in told.stderr
    assert audit(path, mapping, "--dossier", first, "--lang", "en", "--fail-on", "never").exit_code == 0


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
def test_a_disk_for_temporary_files_that_fills_up_is_told_in_one_language(
    rows, mapping, tmp_path, monkeypatch, lang, number
):
    def full(*_: object) -> None:
        raise OSError(number, "full")

    (tmp_path / "log.csv.gz").write_bytes(gzip.compress("".join(rows[:50]).encode()))
    (tmp_path / "log.csv").write_text("".join([*rows[:50], '"broken\n']), encoding="utf-8")
    for name, writer in (("log.csv.gz", "plain_text._rewrite"), ("log.csv", "columns.read_carefully")):
        with monkeypatch.context() as patch:
            patch.setattr(f"iso_audit.engine.{writer}", full)
            told = audit(tmp_path / name, mapping, "--lang", lang, "-q", "-o", str(tmp_path / "out"))
        assert told.exit_code == 3
        said, nothing = told.stderr.splitlines()
        assert "TMPDIR" in said
        assert ("make room" in said) == (lang == "en")
        assert nothing == {"vi": "Chưa ghi kết quả nào.", "en": "Nothing was written."}[lang]
        assert not (tmp_path / "out").exists()


def test_what_needs_the_numbers_of_the_whole_is_refused(rows, mapping, tmp_path):
    path = tmp_path / "log.csv.gz"
    packed = gzip.compress("".join(rows).encode())
    path.write_bytes(packed[: len(packed) * 2 // 3])
    units = ["--unit", "dv01", "--unit", "dv02"]
    call = ["compare", "-w", str(WORKSPACE), "--log", str(path), "--map", str(mapping), *units]
    said = CliRunner().invoke(cli, call)
    assert said.exit_code == 2, said.output
    assert "cắt giữa chừng" in said.stderr


def drafted(*call: str | Path, lang: str) -> Result:
    """What `map` or `init procedure` make of the log; they do what can be done."""
    told = CliRunner().invoke(cli, [*map(str, call), "--lang", lang])
    assert told.exit_code == 0, told.output
    return told


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_drafted_from_part_of_a_log_says_so_and_nothing_is_said_of_a_whole_one(
    rows, mapping, data, tmp_path, lang
):
    packed = gzip.compress("".join(rows[:2000]).encode())
    whole, cut = tmp_path / "whole.csv.gz", tmp_path / "cut.csv.gz"
    whole.write_bytes(packed)
    cut.write_bytes(packed[: len(packed) * 2 // 3])
    xes = tmp_path / "cut.xes.gz"
    xes.write_bytes((data / "logs/receipt.xes.gz").read_bytes()[:100_000])
    of = {
        "whole.csv.gz": ("map", whole, "-w", WORKSPACE), "cut.csv.gz": ("map", cut, "-w", WORKSPACE),
        "cut.xes.gz": ("map", xes, "-w", WORKSPACE),
        "whole.csv.gz drafted": ("init", "procedure", "--log", whole, "--map", mapping, "-w", WORKSPACE),
        "cut.csv.gz drafted": ("init", "procedure", "--log", cut, "--map", mapping, "-w", WORKSPACE),
        "cut.xes.gz drafted": ("init", "procedure", "--log", xes, "-w", WORKSPACE),
    }  # fmt: skip
    for name, call in of.items():
        told = drafted(*call, lang=lang)
        is_cut = name.startswith("cut")
        assert (told.stderr.startswith(("CHÚ Ý: ", "WARNING: ")) and HEARD[lang][0] in told.stderr) == is_cut
        assert (f"{name.split()[0]} {HEARD[lang][0]}" in " ".join(told.stdout.split("\n# "))) == is_cut
        assert str(tmp_path) not in told.stdout


def test_no_procedure_is_drafted_where_nobody_knows_which_dossiers_are_whole(rows, tmp_path):
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress("".join(rows[:400]).encode())[:-20])
    told = CliRunner().invoke(cli, ["init", "procedure", "--log", str(path), "-w", str(WORKSPACE)])
    assert told.exit_code == 2
    assert "bị cắt giữa chừng" in told.stderr
    assert "dossiers_together" in told.stderr
