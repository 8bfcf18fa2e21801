"""A run that was interrupted goes on where it ended, and finds what a run in one go finds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit import api
from iso_audit.engine import resumed
from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.resumed import PutAside, ResumedStore
from iso_audit.errors import InputError, NoRoomError
from tests.engine.test_tally import QUESTIONS, READS, SAMPLE, judged, sample_world

WORKSPACE = Path(__file__).resolve().parents[1] / "workspaces/generated"


@pytest.fixture
def log(data, tmp_path) -> Path:
    """Some two hundred dossiers."""
    rows = (data / "tools/sample_1000/events.csv").read_text(encoding="utf-8").splitlines()[:1_900]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def found(log: Path, target: Path, folder: Path | None = None, inputs: str = "one") -> object:
    """All that is said of a log."""
    aside = None if folder is None else PutAside(folder, inputs)
    with DuckEngine(at_once=30, aside=aside).take_in(log, SAMPLE, sample_world()) as held:
        kinds = (held.event_kinds(), held.dossier_kinds(), tuple(held.traces(READS)))
        counted = held.tally(QUESTIONS, *judged(held))
        held.write_evidence(target)
        return kinds, counted, held.measures(), held.intake, target.read_bytes()


class _Stopped(BaseException):
    """Whatever ends a run."""


@contextmanager
def stopped(monkeypatch, after: int, is_before_commit: bool) -> Iterator[list[int]]:
    """End every run after so many things were done; yields the numbers of what changed a table."""
    real, done, times = ResumedStore._done_now, [], [0]

    def do(self, number, said, act, *, is_reading):
        if times[0] == after:
            if is_before_commit and not is_reading:
                real(self, number, said, lambda: (act(), _raise())[0], is_reading=is_reading)
            _raise()
        times[0] += 1
        done.extend([] if is_reading else [number])
        return real(self, number, said, act, is_reading=is_reading)

    with monkeypatch.context() as patched:
        patched.setattr(ResumedStore, "_done_now", do)
        yield done


def _raise() -> None:
    raise _Stopped


@pytest.mark.parametrize("is_before_commit", [False, True])
def test_a_run_that_is_stopped_again_and_again_finds_what_a_run_in_one_go_finds(
    log, tmp_path, monkeypatch, is_before_commit
):
    whole, folder, target = found(log, tmp_path / "whole.csv"), tmp_path / "aside", tmp_path / "some.csv"
    ends, written = 0, set()
    while True:
        with stopped(monkeypatch, 17, is_before_commit) as done:
            try:
                said = found(log, target, folder)
                break
            except _Stopped:
                ends += 1
                assert not target.exists()
                assert written.isdisjoint(done)
                written.update(done)
    assert ends > 5
    assert said == whole


def test_what_was_worked_out_is_not_worked_out_again(log, tmp_path, monkeypatch):
    whole = found(log, tmp_path / "first.csv", tmp_path / "aside")
    with stopped(monkeypatch, 0, False):
        assert found(log, tmp_path / "second.csv", tmp_path / "aside") == whole


def test_other_inputs_are_other_work(log, tmp_path):
    found(log, tmp_path / "first.csv", tmp_path / "aside")
    rows = log.read_text(encoding="utf-8").splitlines()[:900]
    log.write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = found(log, tmp_path / "second.csv", tmp_path / "aside", "other")
    assert said == found(log, tmp_path / "third.csv")


def test_other_questions_are_other_work_even_if_nobody_named_the_inputs_anew(log, tmp_path):
    found(log, tmp_path / "first.csv", tmp_path / "aside")
    with DuckEngine(at_once=70, aside=PutAside(tmp_path / "aside", "one")).take_in(
        log, SAMPLE, sample_world()
    ) as held:
        assert held.intake.dossiers_kept == 214


def test_a_broken_row_is_told_again(log, tmp_path, monkeypatch):
    with log.open("a", encoding="utf-8") as stream:
        stream.write('"a quote that nobody closes,permit\n')
    whole = found(log, tmp_path / "whole.csv")
    with stopped(monkeypatch, 40, False), pytest.raises(_Stopped):
        found(log, tmp_path / "some.csv", tmp_path / "aside")
    assert found(log, tmp_path / "some.csv", tmp_path / "aside") == whole


@pytest.mark.parametrize("spoil", [b"", b"no database", None])
def test_work_that_was_damaged_is_done_again(log, tmp_path, spoil):
    whole = found(log, tmp_path / "first.csv", tmp_path / "aside")
    (file,) = (tmp_path / "aside").glob("iso-audit-*.duckdb")
    file.write_bytes(file.read_bytes()[:20_000] if spoil is None else spoil)
    assert found(log, tmp_path / "second.csv", tmp_path / "aside") == whole


def test_a_folder_with_other_files_is_left_alone(log, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="other files"):
        found(log, tmp_path / "out.csv", folder)
    with pytest.raises(InputError, match="cannot be made"):
        found(log, tmp_path / "out.csv", folder / "letter.txt")
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_folder_that_another_run_uses_is_refused(log, tmp_path):
    folder = tmp_path / "aside"
    folder.mkdir()
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    call = [sys.executable, "-c", hold, str(folder / "iso-audit-0.duckdb")]
    other = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(InputError, match="another run"):
        found(log, tmp_path / "out.csv", folder)
    other.communicate(b"\n", timeout=60)
    assert found(log, tmp_path / "out.csv", folder) == found(log, tmp_path / "other.csv")


@pytest.mark.parametrize("wait", [0.3, 0.8, 1.5])
def test_a_run_that_is_killed_goes_on(data, tmp_path, wait):
    log, folder = data / "tools/sample_1000/events.csv", tmp_path / "aside"
    options = ["-w", str(WORKSPACE), "--log", str(log), "--map", str(WORKSPACE / "mapping.yaml")]
    call = [sys.executable, "-m", "iso_audit", "audit", *options, "--format", "json", "-q"]
    call += ["--fail-on", "never"]
    run = subprocess.Popen([*call, "--resume", str(folder)], stdout=subprocess.DEVNULL)
    while not folder.exists() and run.poll() is None:
        time.sleep(0.01)
    time.sleep(wait)
    run.send_signal(signal.SIGKILL)
    run.wait(timeout=60)
    said = [
        subprocess.run(each, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
        for each in ([*call, "--resume", str(folder)], call)
    ]
    assert said[0].stdout == said[1].stdout


def test_the_whole_audit_names_its_inputs_and_starts_anew_where_one_changed(data, tmp_path, monkeypatch):
    workspace, folder = tmp_path / "workspace", tmp_path / "aside"
    shutil.copytree(WORKSPACE, workspace)
    log = data / "tools/sample_1000/events.csv"

    def outcome(resume: Path | None) -> str:
        return repr(api.audit(workspace, log, workspace / "mapping.yaml", resume=resume).outcome)

    first = outcome(folder)
    with stopped(monkeypatch, 0, False):
        assert outcome(folder) == first
    calendar = next((workspace / "calendars").glob("*.yaml"))
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(text.replace("17:00", "16:00"), encoding="utf-8")
    assert outcome(folder) == outcome(None) != first


def test_stories_go_on_from_an_audit(data, tmp_path, monkeypatch):
    log, mapping = data / "tools/sample_1000/events.csv", WORKSPACE / "mapping.yaml"
    name = log.read_text(encoding="utf-8").splitlines()[1].split('"')[1]
    api.audit(WORKSPACE, log, mapping, resume=tmp_path / "aside")
    with stopped(monkeypatch, 0, False):
        told = api.stories([name], WORKSPACE, log, mapping, resume=tmp_path / "aside")
    assert told.stories == api.stories([name], WORKSPACE, log, mapping).stories


def test_spark_puts_nothing_aside(data, tmp_path):
    with pytest.raises(InputError, match="duckdb alone"):
        api.audit(
            WORKSPACE, data / "tools/sample_1000/events.csv", WORKSPACE / "mapping.yaml",
            engine="spark", resume=tmp_path / "aside",
        )  # fmt: skip
    assert not (tmp_path / "aside").exists()


def test_a_disk_that_is_full_when_work_is_put_aside_is_named_and_nothing_is_lost(log, tmp_path, monkeypatch):
    whole, folder = found(log, tmp_path / "whole.csv"), tmp_path / "aside"

    def full(_: ResumedStore) -> None:
        raise duckdb.IOException("Could not write file: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ResumedStore, "_write", full)
        with pytest.raises(NoRoomError, match="--resume"):
            found(log, tmp_path / "some.csv", folder)
    assert found(log, tmp_path / "some.csv", folder) == whole


def test_a_folder_in_which_nothing_can_be_kept_is_refused(log, tmp_path):
    (tmp_path / "aside/iso-audit-0.duckdb").mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be made or opened"):
        found(log, tmp_path / "some.csv", tmp_path / "aside")


def test_work_that_is_other_work_even_when_begun_anew_is_refused(log, tmp_path, monkeypatch):
    def other(*_: object) -> None:
        raise resumed.OtherWorkError

    monkeypatch.setattr(ResumedStore, "_put_aside", other)
    with pytest.raises(InputError, match="cannot be made or opened"):
        found(log, tmp_path / "some.csv", tmp_path / "aside")


cells = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False) | st.datetimes()


@given(st.lists(st.tuples(cells, cells | st.lists(st.integers()))))
def test_answers_are_told_again_as_they_were(rows):
    assert resumed._answered(resumed._written(rows)) == rows


def test_what_the_database_refused_is_refused_again():
    with pytest.raises(duckdb.Error, match="no such format"):
        resumed._answered(resumed._written("no such format"))
