"""How the cost of a whole audit grows with the log, beside the least that the same file costs.

    ISO_AUDIT_DATA=... python tests/benchmarks/bench_scale.py [--sizes 100000 1000000] [--pm4py PYTHON]

Every figure is of a process of its own, start-up included; floor and audit take turns on one file.
`--pm4py` names an interpreter that has PM4Py: it reads the same file, replays tokens on a net and
checks declare constraints, both found in the first thousand dossiers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_audit import Cost, compile_as_installed, cost

GOALS = (2.0, 1_000)
"""Times the CPU of the floor and megabytes that must not be passed."""
DISTINCT_GOAL = 60
"""Microseconds for a distinct trace."""
PM4PY = """
import sys
import pandas, pm4py
log = pandas.read_parquet(sys.argv[1])
log = pm4py.format_dataframe(log, case_id="dossier_id", activity_key="step", timestamp_key="finished_at")
first = log[log["case:concept:name"].isin(log["case:concept:name"].unique()[:1000])]
pm4py.conformance_diagnostics_token_based_replay(log, *pm4py.discover_petri_net_inductive(first))
pm4py.conformance_declare(log, pm4py.discover_declare(first))
"""


def made(data: str, folder: Path, dossiers: int) -> Path:
    """A log of the generator as Parquet."""
    make = [sys.executable, f"{data}/tools/make_dossier_log.py", "--out", str(folder)]
    make += ["--dossiers", str(dossiers), "--format", "parquet"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    return folder / "events.parquet"


def all_different(log: Path, target: Path) -> int:
    """The same log with the names of its steps dealt out anew, so that hardly two dossiers are alike.

    Returns how many different sequences of steps there are.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute(
        f"""
        COPY (
            SELECT e.* EXCLUDE (step, n), s.step
            FROM (SELECT *, row_number() OVER () AS n FROM read_parquet('{log}')) AS e
            JOIN (
                SELECT step, row_number() OVER (ORDER BY hash(n * 7919 + 13), n) AS n
                FROM (SELECT step, row_number() OVER () AS n FROM read_parquet('{log}'))
            ) AS s USING (n) ORDER BY n
        ) TO '{target}' (FORMAT parquet)
        """
    )
    found = connection.execute(
        f"""
        SELECT count(DISTINCT way) FROM (
            SELECT list(step ORDER BY finished_at) AS way FROM read_parquet('{target}') GROUP BY dossier_id
        )
        """
    ).fetchone()
    assert found is not None
    return int(found[0])


def paired(log: Path, rounds: int) -> tuple[Cost, Cost]:
    """Floor and audit by turns, the best of each."""
    floors, audits = [], []
    for _ in range(rounds):
        floors.append(cost("floor", log))
        audits.append(cost("audit", log))
    return tuple(  # type: ignore[return-value]
        Cost(min(one.cpu for one in costs), max(one.megabytes for one in costs)) for costs in (floors, audits)
    )


def other(python: str, log: Path) -> Cost:
    """What PM4Py takes for the same file."""
    process = subprocess.Popen([python, "-c", PM4PY, str(log)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("PM4Py failed")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def row(name: str, events: int, least: Cost, found: Cost) -> None:
    missed = " MISSED" if found.cpu > GOALS[0] * least.cpu else ""
    too_large = " MISSED" if found.megabytes > GOALS[1] else ""
    print(
        f"| {name} | {events:,} | {least.cpu:.2f} | {found.cpu:.2f} | {found.cpu / least.cpu:.1f}{missed} | "
        f"{found.cpu / events * 1e6:.2f} | {least.megabytes:.0f} | {found.megabytes:.0f}{too_large} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="how the cost of an audit grows with the log")
    parser.add_argument("--sizes", type=int, nargs="+", default=[42_000, 100_000, 1_000_000])
    parser.add_argument("--distinct", type=int, default=42_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pm4py", default="")
    asked = parser.parse_args()
    data = os.environ.get("ISO_AUDIT_DATA")
    if not data:
        print("ISO_AUDIT_DATA is not set: there is no generator, nothing is measured.")
        return
    import pyarrow.parquet as pq

    compile_as_installed()
    print(f"goals: {GOALS[0]:g} x the floor, {GOALS[1]} MB")
    print(
        "| dossiers | events | floor, CPU s | audit, CPU s | x floor | µs an event | floor, MB | audit, MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in asked.sizes:
            log = made(data, folder, size)
            events = pq.read_metadata(log).num_rows
            least, found = paired(log, asked.rounds)
            row(f"{size:,}", events, least, found)
            if asked.pm4py:
                theirs = other(asked.pm4py, log)
                print(
                    f"  PM4Py, read + replay + declare: {theirs.cpu:.1f} s CPU, {theirs.megabytes:.0f} MB: "
                    f"{theirs.cpu / found.cpu:.1f} x this",
                    flush=True,
                )
        if asked.distinct:
            log, dealt = made(data, folder, asked.distinct), folder / "dealt.parquet"
            count = all_different(log, dealt)
            _, plain = paired(log, asked.rounds)
            least, found = paired(dealt, asked.rounds)
            row(
                f"{asked.distinct:,}, {count:,} of them distinct",
                pq.read_metadata(dealt).num_rows,
                least,
                found,
            )
            each = (found.cpu - plain.cpu) / count * 1e6
            print(f"  {each:.0f} µs for a distinct trace (goal: {DISTINCT_GOAL})")


if __name__ == "__main__":
    main()
