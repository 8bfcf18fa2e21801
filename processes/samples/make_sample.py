"""Makes the sample log of an invented district and its communes, in which every deviation is known.

    python processes/samples/make_sample.py [FOLDER]      # events.csv, dossiers.csv, truth.csv

Dossiers are led through the procedures of this workspace (`handling.py`); a fixed number of them is
then spoiled in a known way (`plan.py`, `spoils.py`). `truth.csv` lists every breach that an audit has
to find, and no other is there. No office, person or dossier here exists. The same seed gives the same
bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from handling import HOUR, Dossier, handle
from plan import spoil

from iso_audit.api import load_workspace
from iso_audit.model.clock import working_seconds
from iso_audit.model.outcome import Workspace

SEED = 7
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DRAWN_UP = dt.datetime(2026, 3, 31, 17, tzinfo=ZONE)

UNITS = {
    "infrastructure": "00",
    "environment": "00",
    "minh-son": "01",
    "an-phuc": "03",
    "binh-lam": "04",
    "tan-lap": "13",
}
"""Units of the sample and the numbers of their desks in dossier codes."""

VOLUMES = (
    # procedure, unit, dossiers, first and last day of receipt
    ("house-permit", "infrastructure", 150, "2024-01-02", "2025-05-30"),
    ("land-use-change", "environment", 50, "2024-08-01", "2025-05-09"),
    ("social-allowance", "an-phuc", 28, "2024-01-02", "2025-05-09"),
    ("social-allowance", "tan-lap", 22, "2024-01-02", "2025-05-09"),
    ("house-permit", "minh-son", 36, "2025-12-01", "2026-03-31"),
    ("house-permit", "minh-son", 12, "2026-03-16", "2026-03-31"),
    ("household-business", "minh-son", 110, "2025-12-01", "2026-03-31"),
    ("household-business", "an-phuc", 70, "2025-12-01", "2026-03-31"),
    ("certified-copies", "minh-son", 260, "2025-12-01", "2026-03-31"),
    ("certified-copies", "an-phuc", 130, "2025-12-01", "2026-03-31"),
    ("certified-copies", "binh-lam", 110, "2025-12-01", "2026-03-31"),
    ("birth-registration", "minh-son", 80, "2025-12-01", "2026-03-31"),
    ("birth-registration", "binh-lam", 50, "2025-12-01", "2026-03-31"),
    ("linked-birth", "minh-son", 55, "2025-12-01", "2026-03-31"),
    ("linked-birth", "tan-lap", 25, "2025-12-01", "2026-03-31"),
    ("linked-birth", "minh-son", 6, "2026-03-27", "2026-03-31"),
)
REFUSED = {"house-permit": "appraise", "land-use-change": "appraise", "social-allowance": "review-case"}
"""Steps at which some dossiers of these procedures turn out not to be eligible."""


def received(rng: random.Random, workspace: Workspace, first: str, last: str, *, paper: bool) -> dt.datetime:
    """A moment of receipt on a working day; paper comes early enough to be passed on the same day."""
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    while True:
        day = begin + dt.timedelta(days=rng.randrange((end - begin).days + 1))
        if workspace.calendar.works(day):
            break
    minute = rng.choice([rng.randrange(455, 670), rng.randrange(785, 870 if paper else 950)])
    return dt.datetime.combine(day, dt.time(minute // 60, minute % 60), ZONE)


def dossiers_of(workspace: Workspace) -> list[Dossier]:
    """All dossiers in order of receipt, handled as they should be."""
    rng = random.Random(SEED)
    made: list[Dossier] = []
    for name, unit, count, first, last in VOLUMES:
        versions = [procedure for procedure in workspace.procedures if procedure.id == name]
        for _ in range(count):
            channel = rng.choices(("desk", "online", "post"), (55, 38, 7))[0]
            at = received(rng, workspace, first, last, paper=channel != "online")
            procedure = next(p for p in versions if p.in_force.holds(at.date()))
            number = list(UNITS).index(unit) + 1
            dossier = Dossier(len(made) + 1, SEED, workspace.calendar, procedure, unit, number, at, channel)
            dossier.case = "verification" if name == "linked-birth" and rng.random() < 0.2 else ""
            fate = rng.random()
            if fate < 0.02:
                dossier.chosen = {"check": ["ineligible"]}
            elif fate < 0.11:
                dossier.chosen = {"check": ["incomplete"]}
            elif fate < 0.14 and name in REFUSED:
                dossier.chosen = {REFUSED[name]: ["ineligible"]}
            made.append(dossier)
            handle(dossier)
            while dossier.finished and dossier.finished > dossier.due():
                dossier.pace *= 0.7
                handle(dossier)
    return sorted(made, key=lambda dossier: (dossier.received, dossier.number))


def give_codes(dossiers: Iterable[Dossier]) -> None:
    """Codes as the rules of the day of receipt form them; numbers run by desk and day."""
    numbers = Counter[str]()
    for dossier in dossiers:
        day, desk = dossier.received.date(), UNITS[dossier.unit]
        if day < dt.date(2025, 7, 1):
            prefix = f"000.{desk}.14.H99-{day:%y%m%d}-"
        elif day < dt.date(2026, 1, 25):
            prefix = f"H99.14.{desk}-{day:%y%m%d}-"
        else:
            prefix = f"H99.014.{desk}-{day:%y%m%d}-01"
        numbers[prefix] += 1
        dossier.code = f"{prefix}{numbers[prefix]:04}"


def draw_up(dossier: Dossier) -> None:
    """Forget what has not happened on the day the log is drawn up."""
    happened = [event for event in dossier.events if event.finish <= DRAWN_UP]
    if len(happened) == len(dossier.events) or dossier.is_spoiled:
        return
    dossier.events = happened
    dossier.returned = dossier.returned if dossier.returned and dossier.returned <= DRAWN_UP else None
    dossier.finished = dossier.finished if dossier.finished and dossier.finished <= DRAWN_UP else None
    asked = happened and dossier.procedure.by_id[happened[-1].step].is_a("request_supplement")
    dossier.status = "10" if dossier.returned else "9" if dossier.finished else "5" if asked else "4"
    if dossier.of_kind("issue_receipt") is None:
        dossier.appointed = None


def note_idle(dossier: Dossier) -> None:
    """Note where nobody touched a dossier for more than five working days while its clock ran."""
    d, end = dossier, dossier.finished or DRAWN_UP
    last = None if d.finished or d.status == "3" else DRAWN_UP
    begins = [event.start or event.finish for event in d.events[1:]] + ([last] if last else [])
    for event, following in zip(d.events, begins, strict=False):
        until = min(following, end)
        stood = any(begin < until and stop > event.finish for begin, stop in d.pauses)
        if (
            event.finish < until
            and not stood
            and working_seconds(d.calendar, event.finish, until) > 40 * HOUR
        ):
            d.breach("TIM-08", event.step)


def written(moment: dt.datetime | None) -> str:
    """Local time to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def write(path: Path, head: str, rows: Iterable[Iterable[object]]) -> None:
    """Write one table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(head.split())
        table.writerows(rows)


def dossier_row(d: Dossier) -> tuple[str, ...]:
    """What the dossier table says of one dossier."""
    ends = (d.received, d.appointed, d.finished, d.returned)
    return (d.code, d.procedure.id, d.unit, d.channel, d.case, *map(written, ends), d.status)


def main(folder: Path) -> Counter[str]:
    """Make the sample in `folder` and return how many breaches of each rule it holds."""
    workspace = load_workspace(Path(__file__).parent.parent)
    dossiers = dossiers_of(workspace)
    give_codes(dossiers)
    spoil(dossiers, random.Random(SEED + 1), DRAWN_UP)
    for dossier in dossiers:
        draw_up(dossier)
        note_idle(dossier)
    folder.mkdir(parents=True, exist_ok=True)
    write(
        folder / "dossiers.csv",
        "dossier_id procedure unit channel case received_at appointed_at finished_at returned_at status",
        (
            (
                d.code,
                d.procedure.id,
                d.unit,
                d.channel,
                d.case,
                written(d.received),
                written(d.appointed),
                written(d.finished),
                written(d.returned),
                d.status,
            )
            for d in dossiers
        ),
    )
    write(
        folder / "events.csv",
        "dossier_id step actor role started_at finished_at document reason new_appointed_at",
        (
            (
                d.code,
                e.step,
                e.actor,
                e.role,
                written(e.start),
                written(e.finish),
                e.document,
                e.reason,
                e.new_day,
            )
            for d in dossiers
            for e in d.events
        ),
    )
    write(
        folder / "truth.csv",
        "dossier_id rule step variant",
        ((d.code, *row) for d in dossiers for row in d.truth),
    )
    return Counter(code for d in dossiers for code, _, _ in d.truth)


if __name__ == "__main__":
    told = main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
    sys.stdout.write("".join(f"{code}  {count}\n" for code, count in sorted(told.items())))
