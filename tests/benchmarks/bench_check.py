"""How long the checks of definitions take, from 10 nodes to 100,000, and beside other tools.

    ISO_AUDIT_DATA=... python tests/benchmarks/bench_check.py [--rounds 5] [--most 100000]

CPU of this process alone, after reading, the best of several rounds; peak memory by a pass of its
own, because watching memory slows everything. The generated procedures mix sequences, choices,
parallel and inclusive blocks and loops, nested, with every kind of step. "Tidy" ones go through the
required kinds in order; in "untidy" ones kinds stand anywhere, so that findings have to be proved.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import gc
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from iso_audit import api  # noqa: E402
from iso_audit.analysis.study import study  # noqa: E402
from iso_audit.api.runs import seldom_collecting  # noqa: E402
from iso_audit.audit.definitions import check_definitions  # noqa: E402
from iso_audit.audit.gathered import Gathered  # noqa: E402
from iso_audit.model.outcome import Workspace  # noqa: E402
from iso_audit.model.procedure import Procedure  # noqa: E402
from iso_audit.rules import CATALOGUE  # noqa: E402
from iso_audit.workspace.load import load_procedure  # noqa: E402
from tests.benchmarks.drawn import branches, drawn  # noqa: E402

GOALS = {
    "10000 untidy": (150, 100),
    "10000 tidy": (150, 100),
    "20 branches": (1, None),
    "1000 x 9": (60, None),
}
"""Milliseconds of CPU and megabytes that must not be passed."""
DAY = dt.date(2026, 3, 2)


def checked(workspace: Workspace) -> Gathered:
    """All checks, with as little looking for circles of values as `api.check` does."""
    gathered = Gathered()
    with seldom_collecting():
        check_definitions(workspace, CATALOGUE, gathered)
    if gathered.failures:
        raise SystemExit(f"a rule failed: {gathered.failures[0]}")
    return gathered


def milliseconds(task: Callable[[], object], rounds: int) -> float:
    """CPU of the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        task()
        best = min(best, time.process_time() - begun)
    return best * 1_000


def megabytes(task: Callable[[], object]) -> float:
    """How much memory a task adds at its peak."""
    gc.collect()
    tracemalloc.start()
    task()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def sound(workspace: Workspace, procedure: Procedure) -> bool | None:
    """Whether a procedure is sound, and nothing else."""
    return study(replace(procedure), workspace.organisation, DAY).structure.is_sound


def alone(workspace: Workspace, procedure: Procedure) -> Workspace:
    """A workspace of one procedure that nobody has looked at yet: nothing is remembered from before."""
    return replace(workspace, procedures=(replace(procedure),))


def generated(workspace: Workspace, most: int, rounds: int) -> None:
    print(
        f"{'CPU ms after reading':24}{'nodes':>8}{'findings':>10}{'soundness':>11}{'all checks':>12}", end=""
    )
    print(f"{'µs/node':>9}{'MB':>8}")
    sizes = [size for size in (10, 100, 1_000, 10_000, 100_000) if size <= most]
    models = [
        (f"{n} {'tidy' if tidy else 'untidy'}", drawn(n, tidy=tidy)) for tidy in (True, False) for n in sizes
    ]
    models += [
        ("20 branches", branches(20, 1)),
        ("17 x 9", branches(17, 9)),
        ("1000 x 9", branches(1_000, 9)),
    ]
    for name, procedure in models:
        size = len(procedure.steps)
        turns = rounds if size < 50_000 else 1
        found = len(checked(alone(workspace, procedure)).findings)
        cost = milliseconds(lambda p=procedure: checked(alone(workspace, p)), turns)  # type: ignore[misc]
        structure = milliseconds(lambda p=procedure: sound(workspace, p), turns)  # type: ignore[misc]
        peak = megabytes(lambda p=procedure: checked(alone(workspace, p)))  # type: ignore[misc]
        time_goal, memory_goal = GOALS.get(name, (None, None))
        missed = (time_goal and cost > time_goal) or (memory_goal and peak > memory_goal)
        goal = f"   goal: {time_goal} ms{f', {memory_goal} MB' if memory_goal else ''}" if time_goal else ""
        print(f"  {name:22}{size:8}{found:10}{structure:11.2f}{cost:12.2f}{cost * 1_000 / size:9.1f}", end="")
        print(f"{peak:8.1f}{goal}{' - MISSED' if missed else ''}")


def shipped(workspace: Workspace, rounds: int) -> None:
    """The procedures that ship: each read from its file and checked, collecting as `api.check` does."""
    print("each file of processes/procedures, CPU ms")
    files = sorted((ROOT / "processes/procedures").glob("*.yaml"))
    steps = statistics.median(len(load_procedure(path).steps) for path in files)
    load = seldom_collecting()(load_procedure)
    both_of = seldom_collecting()(lambda path: checked(alone(workspace, load_procedure(path))))
    read = [milliseconds(partial(load, path), rounds) for path in files]
    both = [milliseconds(partial(both_of, path), rounds) for path in files]
    for name, costs, goal in (("read", read, None), ("read and checked", both, 2)):
        median, rare = statistics.median(costs), statistics.quantiles(costs, n=100)[98]
        told = f"   goal: {goal} ms{' - MISSED' if median > goal else ''}" if goal else ""
        print(
            f"  {name:22}{len(files):8} files of {steps:g} steps: median{median:6.2f}, p99{rare:6.2f}{told}"
        )


def beside(workspace: Workspace, data: Path, rounds: int) -> None:
    """The same BPMN files through this program, PM4Py and bpmnlint, where there are any."""
    from iso_audit.errors import InputError
    from iso_audit.exchange.bpmn.read import read_bpmn

    files = sorted((data / "bpmn").glob("rust_analyzer/**/*.bpmn")) + sorted(
        (data / "bpmn/miwg").glob("*.bpmn")
    )
    print(f"{len(files)} BPMN files, CPU ms each: to read, to check")

    def read(path: Path) -> tuple[Procedure, ...]:
        return read_bpmn(path).procedures

    def are_sound(models: tuple[Procedure, ...]) -> list[bool | None]:
        return [sound(workspace, model) for model in models]

    def all_checks(models: tuple[Procedure, ...]) -> None:
        for model in models:
            checked(alone(workspace, model))

    ours = each("soundness", read, are_sound, files, rounds, InputError)
    each("all checks", read, all_checks, files, rounds, InputError)
    try:
        import pm4py
    except ImportError:
        print("  PM4Py is not installed (dependency group `oracles`): not measured")
    else:

        def net(path: Path) -> tuple[object, ...]:
            return tuple(pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path))))

        def is_sound(parts: tuple[object, ...]) -> bool:
            return bool(pm4py.check_soundness(*parts)[0])

        theirs = each("PM4Py soundness", net, is_sound, files, rounds, Exception)
        both = [path for path in files if path in theirs and path in ours]
        for at, what in enumerate(("to read", "to check")):
            ratios = [theirs[path][at] / ours[path][at] for path in both]
            print(f"    PM4Py / this, {what}, {len(both)} files: median{statistics.median(ratios):6.1f}")
    lint = shutil.which("bpmnlint")
    if lint is None:
        print("  bpmnlint is not on the PATH: not measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".bpmnlintrc").write_text('{"extends": "bpmnlint:recommended"}')
        begun = os.times()
        subprocess.run([lint, *map(str, files)], cwd=folder, capture_output=True, check=False)
        ended = os.times()
    spent = ended.children_user + ended.children_system - begun.children_user - begun.children_system
    print(f"  {'bpmnlint, one process':22}{spent * 1_000 / len(files):8.2f} a file, its start included")


def each(
    name: str,
    read: Callable[[Path], Any],
    check: Callable[[Any], object],
    files: Sequence[Path],
    rounds: int,
    fails: type[Exception],
) -> dict[Path, tuple[float, float]]:
    """What reading and checking cost on each file that is not refused."""
    costs = {}
    for path in files:
        with contextlib.suppress(fails), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reading = milliseconds(lambda path=path: read(path), rounds)  # type: ignore[misc]
            model = read(path)
            costs[path] = (reading, milliseconds(lambda model=model: check(model), rounds))  # type: ignore[misc]
    told = (
        f"median{statistics.median(each):7.2f}, worst{max(each):8.2f}"
        for each in zip(*costs.values(), strict=True)
    )
    print(f"  {name:22}{'; '.join(told)}; {len(files) - len(costs)} files refused")
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description="how long the checks of definitions take")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=100_000)
    asked = parser.parse_args()
    workspace = api.load_workspace(ROOT / "processes", DAY)
    generated(workspace, asked.most, asked.rounds)
    shipped(workspace, asked.rounds)
    data = os.environ.get("ISO_AUDIT_DATA")
    if data:
        beside(workspace, Path(data), asked.rounds)
    else:
        print("ISO_AUDIT_DATA is not set: nothing is compared with other tools.")


if __name__ == "__main__":
    main()
