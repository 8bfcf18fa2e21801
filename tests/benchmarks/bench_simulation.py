"""How fast a year of a district's one-stop shop is played, in plain Python and in machine code.

    python tests/benchmarks/bench_simulation.py [--rounds 3] [--replications 30] [--processes 2]
    python tests/benchmarks/bench_simulation.py --prosimos .../bin/python  # beside Prosimos only

The district model of notes/simulation.md, section 2: 13 steps, 8 roles, 98 people, 15 % rework,
consultation side by side, lognormal times. CPU of this process, best of the rounds, plain and
compiled in one run; the whole study (two procedures, replications, intervals) by the wall and by
the CPU of all its processes. An event is an arrival or the end of an execution. `--prosimos` names
an interpreter that has Prosimos: it plays as many dossiers of the same model, in processes of its
own and in turns with ours, start-up included on both sides.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import prosimos_files
from prosimos_files import Used, used

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from iso_audit.model.calendar import Calendar  # noqa: E402
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step  # noqa: E402
from iso_audit.model.scenario import Arrivals, Family, Load, Scenario, Spread, Staffing  # noqa: E402
from iso_audit.simulation import compiled_loop, loop  # noqa: E402
from iso_audit.simulation.compare import effects  # noqa: E402
from iso_audit.simulation.compile import compiled  # noqa: E402
from iso_audit.simulation.fate import Fate  # noqa: E402
from iso_audit.simulation.hours import TICK, Hours  # noqa: E402
from iso_audit.simulation.plan import Plan  # noqa: E402
from iso_audit.simulation.replications import replications  # noqa: E402
from iso_audit.simulation.run import replicate  # noqa: E402
from iso_audit.text import Text  # noqa: E402

if {"plain", "plain-once", "memory-plain"} & set(sys.argv):  # here, since worker processes read this file too
    compiled_loop.is_there = lambda: False

GOALS = {"plain": 400_000, "compiled": 3_000_000}
"""Events a second."""
STUDY_GOALS = {"plain": 60.0, "compiled": 15.0}
"""Seconds by the wall of 42,000 dossiers x 30 replications x 2 procedures on 2 processors."""
MEGABYTES, QUICK_SECONDS, CALENDARS_RATIO = 200, 5.0, 2.0
PROSIMOS_GOALS = {"one": 50, "each": 25}
"""Times the CPU of Prosimos for a whole process of some 10,000 dossiers, with one calendar and one a role."""

DAY = ((27_000, 41_400), (46_800, 61_200))
OFFICE = Calendar("office", "Asia/Ho_Chi_Minh", (DAY,) * 5 + ((), ()))
PEOPLE = {
    "desk": 12, "clerk": 6, "head": 6, "specialist": 40,
    "police": 14, "land": 12, "reviewer": 4, "chairman": 4,
}  # fmt: skip
MINUTES = {
    "receive": 8, "check": 10, "ask": 5, "scan": 6, "assign": 3, "appraise": 60, "land": 30, "police": 35,
    "visit": 60, "draft": 30, "review": 6, "sign": 4, "return": 5,
}  # fmt: skip


def step(name: str, role: str, *flows: Flow, **more: object) -> Step:
    return Step(name, Text(name), ("other",), role=role, flows=flows, **more)  # type: ignore[arg-type]


def district(signs: bool = True) -> Procedure:
    """The model of the notes; without the review where one approval is dropped."""
    after = "review" if signs else "sign"
    steps = (
        step("receive", "desk", Flow("check")),
        step("check", "desk", Flow("ask", "no"), Flow("scan", "yes")),
        step("ask", "desk", Flow("check")),
        step("scan", "clerk", Flow("assign")),
        step("assign", "head", Flow("appraise")),
        step("appraise", "specialist", Flow("land"), Flow("police"), split=Split.ALL),
        step("land", "land", Flow("visit?")),
        step("police", "police", Flow("visit?")),
        step("visit?", "head", Flow("visit", "yes"), Flow("draft", "no"), join=Join.ALL),
        step("visit", "specialist", Flow("draft")),
        step("draft", "specialist", Flow(after)),
        *((step("review", "reviewer", Flow("sign")),) if signs else ()),
        step("sign", "chairman", Flow("return")),
        step("return", "desk"),
    )
    return Procedure("district", steps)


def scene(per_year: float, **calendars: Calendar) -> Scenario:
    spreads = {
        name: Spread(Family.LOGNORMAL, mean_seconds=60 * minutes, sd_seconds=30 * minutes)
        for name, minutes in (MINUTES | {"visit?": 1}).items()
    }
    load = Load(
        "district",
        Arrivals(per_year),
        durations=spreads,
        branches={"check": {"no": 0.15}, "visit?": {"yes": 0.3}},
    )
    staff = {role: Staffing(role, people, calendars.get(role, OFFICE)) for role, people in PEOPLE.items()}
    return Scenario("s", Text("s"), (load,), staff, OFFICE, dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def own_calendars() -> dict[str, Calendar]:
    """A calendar of its own for every role."""

    def week(minutes: int) -> tuple[tuple[tuple[int, int], ...], ...]:
        return (((27_000 + 60 * minutes, 41_400), (46_800, 61_200 + 60 * minutes)),) * 5 + ((), ())

    return {role: replace(OFFICE, id=role, week=week(at)) for at, role in enumerate(PEOPLE)}


def best(rounds: int, work: Callable[[], object]) -> float:
    """Least CPU of several rounds."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def speed(plan: Plan, rounds: int) -> None:
    """Events a second of the loop with its draws, and CPU of a whole replication."""
    fate = Fate(plan, 1, 0)
    events = len(loop.play(plan, fate).code) + len(fate.arrivals[0])
    print(f"{len(fate.arrivals[0])} dossiers, {events} events")
    loops = {"plain": loop.play} | ({"compiled": compiled_loop.play} if compiled_loop.is_there() else {})
    for name, play in loops.items():
        play(plan, fate)
        seconds = best(rounds, lambda play=play: play(plan, fate))  # type: ignore[misc]
        with patch.object(compiled_loop, "is_there", lambda name=name: name == "compiled"):
            whole = best(rounds, lambda: replicate(plan, 1, 0))
        print(
            f"{name:9} {events / seconds:12,.0f} events/s (goal {GOALS[name]:,}); "
            f"loop with draws {seconds:.2f} s, whole replication {whole:.2f} s"
        )


def only_the_loop(plan: Plan, rounds: int) -> None:
    """The compiled loop without the drawing of random numbers."""
    if not compiled_loop.is_there():
        return
    from iso_audit.simulation import machine

    fate, found, events = Fate(plan, 1, 0), [], 0
    for _ in range(rounds):
        tables = compiled_loop._tables(plan, fate, 4, 50_000)
        begun = time.process_time()
        machine.run(**tables)
        found.append(time.process_time() - begun)
        events = int(tables["counts"][machine.ROWS]) + len(fate.arrivals[0])
    print(f"compiled, the loop alone {events / min(found):12,.0f} events/s")


def study(replication_count: int, processes: int, is_compiled: bool) -> None:
    """Two procedures, all replications, intervals."""
    of = scene(42_000)
    plans = compiled(of, {"district": district()}), compiled(of, {"district": district(signs=False)})
    if is_compiled:
        replications(plans, 1, range(2), processes)  # starts the workers, loads the code
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    played = replications(plans, 1, range(replication_count), processes)
    found = effects(*([one.measures for one in side] for side in played), 0.95)
    after = resource.getrusage(resource.RUSAGE_SELF)
    own = after.ru_utime - before.ru_utime
    name = "compiled" if is_compiled else "plain"
    lead = next(one for one in found if one.measure == "lead_mean").difference
    print(
        f"study, {name}: {time.perf_counter() - begun:.1f} s by the wall on {processes} processes "
        f"(goal {STUDY_GOALS[name]:.0f}), {own:.1f} s CPU in the first; "
        f"lead {lead.mean / 60:+.3f} min ({lead.low / 60:.3f} .. {lead.high / 60:.3f})"
    )


def memory() -> None:
    """Peak of a process that plays one replication of 42,000 dossiers.

    Not from `getrusage`: there a new process begins with the peak of the one that started it.
    """
    replicate(compiled(scene(42_000), {"district": district()}), 1, 0)
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(int(peak.split()[1]) // 1024)


def some_ten_thousand(calendars: str) -> Scenario:
    """The first 62 working days of the year, at the pace of 42,000 dossiers a year."""
    staff = own_calendars() if calendars == "each" else {}
    return replace(scene(42_000, **staff), last=dt.date(2026, 3, 27))


def beside_prosimos(python: str, calendars: str, rounds: int) -> None:
    """Whole processes in turns, and whether both find the same mean lead time.

    Prosimos plays 10,000 dossiers, this here what comes in: 9,977 are to be expected, 10,141 do.
    """
    scenario, procedure = some_ten_thousand(calendars), district()
    plan, hours = compiled(scenario, {"district": procedure}), Hours.of(OFFICE, dt.date(2026, 1, 1), 3_650)
    year = int(hours.until(np.array([365 * 86_400 * TICK]))[0]) / TICK
    turns: dict[str, list[Used]] = {"Prosimos": [], "plain": [], "compiled": []}
    with tempfile.TemporaryDirectory() as folder:
        prosimos_files.written(Path(folder), scenario, procedure, year)
        script = (python, "-c", prosimos_files.SCRIPT, folder, "10000")
        for seed in range(rounds):
            turns["Prosimos"].append(used(*script, str(seed), "2026-01-01T07:30:00+00:00"))
            for name in ("plain", "compiled"):
                own = (sys.executable, __file__, "--only", f"{name}-once", "--calendars", calendars)
                turns[name].append(used(*own))
    theirs = []
    for one in turns["Prosimos"]:
        came, done = (np.array(json.loads(one.said)).T * TICK).astype(np.int64)
        theirs.append(float(hours.between(came, done).mean()) / TICK / 60)
    ours = [float(np.nanmean(replicate(plan, 1, number).loads[0].lead)) / 60 for number in range(30)]
    print(f"calendars: {calendars}; medians of {rounds} turns")
    middle = {
        name: [statistics.median(each) for each in zip(*(one[:2] for one in found), strict=True)]
        for name, found in turns.items()
    }
    wall, cpu = middle.pop("Prosimos")
    print(f"Prosimos  {wall:7.2f} s by the wall, {cpu:7.2f} s CPU")
    for name, (wall, cpu) in middle.items():
        times = [
            statistics.median(a[at] / b[at] for a, b in zip(turns["Prosimos"], turns[name], strict=True))
            for at in (0, 1)
        ]
        print(
            f"{name:9} {wall:7.2f} s by the wall, {cpu:7.2f} s CPU; "
            f"Prosimos takes {times[0]:.0f} x the wall, {times[1]:.0f} x the CPU "
            f"(goal {PROSIMOS_GOALS[calendars]})"
        )
    print(
        f"mean lead: Prosimos {', '.join(f'{one:.1f}' for one in theirs)} working minutes; "
        f"here {statistics.mean(ours):.1f}, {min(ours):.1f} .. {max(ours):.1f} in 30 replications"
    )


def once(calendars: str) -> None:
    """What `beside_prosimos` starts: one replication, and its mean lead time in working minutes."""
    played = replicate(compiled(some_ten_thousand(calendars), {"district": district()}), 1, 0)
    print(float(np.nanmean(played.loads[0].lead)) / 60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--replications", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    parts = ("memory", "memory-plain", "plain", "compiled", "study", "plain-once", "compiled-once")
    parser.add_argument("--only", choices=parts)
    parser.add_argument("--calendars", choices=tuple(PROSIMOS_GOALS), default="one")
    parser.add_argument("--prosimos", default="")
    asked = parser.parse_args()
    if asked.prosimos:
        for calendars in PROSIMOS_GOALS:
            beside_prosimos(asked.prosimos, calendars, asked.rounds)
        return None
    if asked.only in ("plain-once", "compiled-once"):
        return once(asked.calendars)
    if asked.only in ("memory", "memory-plain"):
        return memory()
    if asked.only in ("plain", "study", "compiled"):
        return study(asked.replications, asked.processes, compiled_loop.is_there())
    plan = compiled(scene(42_000), {"district": district()})
    speed(plan, asked.rounds)
    only_the_loop(plan, asked.rounds)
    own = compiled(scene(42_000, **own_calendars()), {"district": district()})
    shared, each = (
        best(asked.rounds, lambda one=one: loop.play(one, Fate(one, 1, 0)))  # type: ignore[misc]
        for one in (plan, own)
    )
    print(f"a calendar for each role: {each / shared:.2f} x one calendar (goal {CALENDARS_RATIO})")
    quick = compiled(scene(10_000), {"district": district()})
    with patch.object(compiled_loop, "is_there", lambda: False):
        seconds = best(1, lambda: [replicate(quick, 1, number) for number in range(5)])
    print(f"quick look, 5 x 10,000 in plain Python: {seconds:.2f} s CPU (goal {QUICK_SECONDS})")
    for name, part in {"plain": "memory-plain", "compiled": "memory"}.items():
        peak = used(sys.executable, __file__, "--only", part).said.strip()
        print(f"peak memory of a replication, {name}: {peak} MB (goal {MEGABYTES})")
    study(asked.replications, asked.processes, compiled_loop.is_there())


if __name__ == "__main__":
    main()
