"""A run that ends before its time leaves nothing behind: no half of an output, no temporary file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from iso_audit.engine.store import DuckStore
from iso_audit.errors import EngineError

WORKSPACE = Path(__file__).resolve().parents[1] / "workspaces/generated"


@pytest.mark.parametrize(
    ("wait", "sent"),
    [(0.05, signal.SIGINT), (0.3, signal.SIGTERM), (1.0, signal.SIGINT), (2.0, signal.SIGTERM)],
)
def test_an_interrupt_leaves_nothing_half_written(data, tmp_path, wait, sent):
    path = data / "tools/sample_1000/events.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    log, output, scratch = tmp_path / "log.csv", tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    with log.open("w", encoding="utf-8") as stream:
        stream.write(head + "\n")
        for copy in range(40):
            stream.writelines(f"{copy}{row}\n" for row in rows)
    call = [sys.executable, "-m", "iso_audit", "audit", "-w", str(WORKSPACE), "--log", str(log)]
    call += ["--map", str(WORKSPACE / "mapping.yaml"), "-o", str(output), "--fail-on", "never", "-q"]
    run = subprocess.Popen(
        call,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # a shell without a terminal lets what it starts in the background ignore interrupts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not any(scratch.iterdir()) and run.poll() is None:
        time.sleep(0.01)
    time.sleep(wait)
    run.send_signal(sent)
    _, said = run.communicate(timeout=120)
    assert run.returncode == 2, said.decode()
    assert b"Traceback" not in said
    assert [path.name for path in scratch.iterdir()] == []
    assert not output.exists() or not list(output.iterdir())


def test_a_full_disk_is_named_and_is_no_fault_of_the_log(tmp_path):
    store = DuckStore("Asia/Ho_Chi_Minh", str(tmp_path), threads=1, memory=100)
    store.run("SET max_temp_directory_size = '1MB'")
    with pytest.raises(EngineError, match="TMPDIR"):
        store.run("CREATE TABLE t AS SELECT i, hash(i) AS h FROM range(30000000) AS r(i) ORDER BY h")
    store.close()


def test_a_disk_that_reports_no_space_is_named_too(tmp_path, monkeypatch):
    store = DuckStore("Asia/Ho_Chi_Minh", str(tmp_path), threads=1, memory=100)

    class Full:
        def execute(self, *_: object) -> None:
            raise duckdb.IOException("Could not write file: No space left on device")

    real = store.connection
    monkeypatch.setattr(store, "connection", Full())
    with pytest.raises(EngineError, match="TMPDIR"):
        store.run("SELECT 1")
    real.close()


@pytest.mark.parametrize("at", ["execute", "register"])
def test_an_interrupt_that_the_database_tells_as_its_own_error_is_one(tmp_path, monkeypatch, at):
    store = DuckStore("Asia/Ho_Chi_Minh", str(tmp_path), threads=1, memory=100)

    class Interrupted:
        def execute(self, *_: object) -> None:
            raise duckdb.InvalidInputException("KeyboardInterrupt: ")

        def register(self, *_: object) -> None:
            if at == "register":
                self.execute()

    real = store.connection
    monkeypatch.setattr(store, "connection", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        store.put("t", {"n": ("INTEGER", [1])})
    real.close()
