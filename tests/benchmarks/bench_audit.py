"""How long a whole audit takes, beside the least that the same file costs in the same engine.

    ISO_AUDIT_DATA=... python tests/benchmarks/bench_audit.py [--dossiers 42000] [--rounds 3]

Every figure is of a process of its own, start-up included; of several rounds the best counts. The
floor reads the same columns of the same file, groups them by dossier, puts the steps in order of
time and counts the different ways: what no audit can do without.
"""

from __future__ import annotations

import argparse
import compileall
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
WORKSPACE = ROOT / "tests/workspaces/generated"
COLUMNS = (
    "dossier_id",
    "procedure",
    "unit",
    "step",
    "actor",
    "role",
    "started_at",
    "finished_at",
    "document",
    "reason",
)
GOALS = {"audit": (2.5, 400), "report": (15.0, None)}
"""CPU seconds and megabytes that must not be passed."""


class Cost(NamedTuple):
    """What one process used."""

    cpu: float
    megabytes: float


def floor(log: str) -> None:
    """Scan, group by dossier, order by time, count the ways."""
    import duckdb

    if log.endswith(".csv"):
        types = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
        how = "header = true, auto_detect = false, delim = ',', quote = '\"'"
        source = f"read_csv('{log}', {how}, columns = {{{types}}})"
    else:
        source = f"read_parquet('{log}')"
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(
        f"""
        SELECT count(*), sum(times) FROM (
            SELECT way, count(*) AS times FROM (
                SELECT dossier_id, max(procedure), max(unit), max(actor), max(role), max(started_at),
                    max(document), max(reason), list_transform(list_sort(list(
                        (CAST(epoch(CAST(finished_at AS TIMESTAMP)) AS BIGINT) << 8) + hash(step) % 256)),
                        lambda x: x & 255) AS way
                FROM {source} GROUP BY dossier_id
            ) GROUP BY way
        )
        """
    ).fetchall()


def read(log: str) -> None:
    """Take the log in and find what is distinct, without any rule."""
    from iso_audit import api
    from iso_audit.api.runs import engine_of, world_for
    from iso_audit.workspace.load import load_mapping

    mapping = load_mapping(WORKSPACE / "mapping.yaml")
    world = world_for(api.load_workspace(WORKSPACE), mapping)
    with engine_of().take_in(Path(log), mapping, world) as held:
        held.event_kinds()
        held.dossier_kinds()
        held.traces(frozenset({"late", "overdue", "same_person"}))


def audit(log: str) -> None:
    """The whole audit, evidence included, without a report."""
    from iso_audit import api

    run = api.audit(WORKSPACE, Path(log), WORKSPACE / "mapping.yaml")
    assert run.outcome.findings


def report(_log: str) -> None:
    """`make report`: what ships, with every output."""
    from iso_audit import api

    with tempfile.TemporaryDirectory() as folder:
        api.audit(output=Path(folder))


TASKS = {task.__name__: task for task in (floor, read, audit, report)}


def cost(task: str, log: Path) -> Cost:
    """Run one task in a process of its own."""
    process = subprocess.Popen([sys.executable, str(HERE), "--task", task, "--log", str(log)], cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{task} failed")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compile_as_installed() -> None:
    """Compile the modules as an installation does, even where Python is told not to keep what it compiles."""
    compileall.compile_dir(ROOT / "iso_audit", quiet=1)


def best(task: str, log: Path, rounds: int) -> Cost:
    costs = [cost(task, log) for _ in range(rounds)]
    return Cost(min(one.cpu for one in costs), min(one.megabytes for one in costs))


def main() -> None:
    parser = argparse.ArgumentParser(description="how long a whole audit takes")
    parser.add_argument("--dossiers", type=int, default=42_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("--log")
    asked = parser.parse_args()
    if asked.task:
        TASKS[asked.task](asked.log or "")
        return
    data = os.environ.get("ISO_AUDIT_DATA")
    if not data:
        print("ISO_AUDIT_DATA is not set: there is no generator, nothing is measured.")
        return
    compile_as_installed()
    with tempfile.TemporaryDirectory() as folder:
        for form in ("csv", "parquet"):
            make = [sys.executable, f"{data}/tools/make_dossier_log.py", "--out", f"{folder}/{form}"]
            make += ["--dossiers", str(asked.dossiers), "--format", form]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
            log = Path(folder, form, f"events.{form}")
            least = best("floor", log, asked.rounds)
            print(f"{asked.dossiers} dossiers as {form} ({log.stat().st_size / 1e6:.1f} MB)")
            show("floor: scan, group, order", least, least)
            for task in ("read", "audit"):
                show(task, best(task, log, asked.rounds), least)
    show("report", best("report", Path(), asked.rounds), None)


def show(task: str, found: Cost, least: Cost | None) -> None:
    ratio = f"{found.cpu / least.cpu:5.1f} x floor" if least else ""
    cpu, memory = GOALS.get(task, (None, None))
    passed = (cpu and found.cpu > cpu) or (memory and found.megabytes > memory)
    goal = (
        f"   goal: {cpu:g} s{f', {memory} MB' if memory else ''}{' - MISSED' if passed else ''}"
        if cpu
        else ""
    )
    print(f"  {task:28}{found.cpu:7.2f} s CPU {found.megabytes:6.0f} MB {ratio:15}{goal}")


if __name__ == "__main__":
    main()
