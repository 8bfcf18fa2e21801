"""Small logs to draw, and a small world for them: every kind of clock, limit, branch and gap."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from iso_audit.model.calendar import Calendar, CalendarException
from iso_audit.model.log import STATUSES, Asks, Cut, Demand, FactParameters, LogMapping, TableMapping, World
from iso_audit.model.organisation import Organisation, Role, Unit
from iso_audit.model.procedure import (
    Flow,
    Join,
    Limit,
    LimitGroup,
    Period,
    Procedure,
    Separation,
    Split,
    Step,
    StepClock,
    TimeUnit,
)
from iso_audit.text import Text
from tests.calendars import OFFICE_DAY, office

WH, WD, H, D = TimeUnit.WORKING_HOUR, TimeUnit.WORKING_DAY, TimeUnit.HOUR, TimeUnit.DAY
ERA = dt.date(2024, 4, 2)


def limit(value: str, unit: TimeUnit) -> Limit:
    return Limit(Fraction(value), unit)


def step(name: str, kind: str, role: str, *flows: str, **more: object) -> Step:
    aims = tuple(Flow(flow) for flow in flows)
    return Step(name, Text(name), (kind,), role=role, flows=aims, **more)  # type: ignore[arg-type]


STEPS = (
    step("receive", "receive", "desk", "check", limit=limit("2", WH)),
    step("check", "check", "desk", "ask", "hand", "deny", limit=limit("1/2", WD)),
    step("ask", "request_supplement", "desk", "supply", clock=StepClock.PAUSED, at_most=1),
    step("supply", "submit", "citizen", "check", clock=StepClock.PAUSED),
    step("hand", "transfer_in", "desk", "fork", limit=limit("1", WH)),
    step("fork", "route", "", "appraise", "visit", split=Split.ALL),
    step("appraise", "appraise", "expert", "join", limit=limit("2", WD)),
    step("visit", "field_check", "expert", "tax", limit=limit("3", D)),
    step("tax", "financial_obligation", "taxman", "join", clock=StepClock.OUTSIDE),
    step("join", "route", "", "review", join=Join.ALL),
    step("review", "review", "head", "sign", limit=limit("12", H)),
    step("sign", "approve_sign", "chief", "stamp"),
    step("stamp", "number_stamp", "clerk", "back"),
    step("back", "return_result", "desk", "file", limit=limit("0", WD)),
    step("file", "archive", "clerk"),
    step("deny", "refuse", "desk"),
    step("sorry", "apologise", "desk", anytime=True),
    step("leave", "withdraw", "citizen", anytime=True),
    step("halt", "stop", "chief", anytime=True, clock=StepClock.PAUSED),
)
PERMIT = Procedure(
    "permit",
    STEPS,
    code="1.000001",
    limits={"default": limit("5", WD), "far": limit("21/2", WD), "none": Limit(None)},
    separation=(Separation(("appraise", "approve_sign", "review")),),
    limit_groups=(LimitGroup(("sign", "stamp"), limit("3", WH)),),
    in_force=Period(None, dt.date(2024, 4, 3)),
)
NEWER = replace(
    PERMIT,
    steps=tuple(replace(s, clock=None) if s.id == "ask" else s for s in STEPS),
    limits={"default": limit("4", D), "far": limit("20", H)},
    limit_groups=(LimitGroup(("hand", "appraise"), limit("1", D)),),
    in_force=Period(dt.date(2024, 4, 4), None),
    cutoff=dt.time(15),
    cutoff_effect="start_next_working_day",
)
COPY = Procedure(
    "copy",
    (
        step("receive", "receive", "desk", "sign", limit=limit("1", WH)),
        step("sign", "approve_sign", "chief", "back", limit=limit("3/2", WH)),
        step("back", "return_result", "", ""),
    ),
    same_day=True,
    cutoff=dt.time(15),
    limits={"far": limit("6", WH)},
)
COPY = replace(COPY, steps=(*COPY.steps[:2], replace(COPY.steps[2], flows=())))
PROCEDURES = (PERMIT, NEWER, COPY)
ORGANISATION = Organisation(
    units={
        "u1": Unit("u1", Text("phòng"), kind="specialised"),
        "u2": Unit("u2", Text("một cửa"), kind="desk"),
        "u3": Unit("u3", Text("bưu điện"), kind="outside"),
    },
    roles={
        "citizen": Role("citizen", Text("dân"), is_applicant=True),
        "chief": Role("chief", Text("lãnh đạo"), covers=("head",)),
        "driver": Role("driver", Text("lái xe")),
    },
)
PARAMETERS = {
    ("permit", 0): FactParameters(
        apology_lead=limit("1", D), code_patterns=(r"H\d{2}-(?P<day>\d{6})-\d{4}",), apart=("check", "sign"),
        handover_cutoff=dt.time(15), handover_grace=limit("1", WH),
        pairs=(("receive", "return_result"), ("check", "sign")),
        stagnant_after=limit("6", WH), batch_kinds=("receive", "check", "appraise"),
        batch_of=2, batch_seconds=15_000, round_of=2, round_percent=60, at_limit_of=1, at_limit_percent=50,
        demands=(
            Demand(("check", "review"), role="head"),
            Demand(("check",), ("appraise", "hand"), limit=limit("3", WH)),
            Demand(("receive",), ("archive", "review"), limit=limit("1", WD)),
            Demand(("receive",), ("check", "hand", "deny"), limit=limit("2", WH), online=True),
            Demand(("receive",), ("ask",), limit=limit("1", WD), online=False),
            Demand(("receive",), ("ask",), limit=limit("1", WH), online=False, unless=("hand", "sorry")),
            Demand(("return_result", "check"), role="desk", online=False, asks=Asks.DESK),
            Demand(("ask", "sign"), ("check", "hand"), "desk", asks=Asks.THROUGH_DESK),
            Demand(("ask",), limit=limit("2", WD), asks=Asks.WAITING),
            Demand(("approve_sign",), ("sorry", "back"), limit=limit("1", WD), asks=Asks.EARLY),
            *(Demand(("ask", "halt"), ("receive",), asks=asks) for asks in (Asks.UNTOLD, Asks.LATER)),
        ),
    ),
    ("permit", 1): FactParameters(
        apology_lead=limit("1", WD), code_patterns=(r"H\d{2}-\d{6}-\d{4}", r"X.*"),
        paper_handover_max=limit("1", WD), stagnant_after=limit("1", WD), batch_kinds=("check",),
        batch_of=3, batch_seconds=9_000, round_of=3, at_limit_of=2,
        demands=(
            Demand(("receive",), ("check", "sign"), limit=limit("2", H)),
            Demand(("receive",), ("archive", "refuse", "review"), limit=limit("1", D)),
            Demand(("hand",), ("receive",), "clerk", asks=Asks.THROUGH_DESK),
            Demand(("hand",), limit=limit("2", D), asks=Asks.WAITING),
            Demand(("check",), ("back",), limit=limit("3", WH), asks=Asks.EARLY),
            *(Demand(("ask",), ("check",), asks=asks) for asks in (Asks.UNTOLD, Asks.LATER)),
        ),
    ),
    (NEWER.key, 1): FactParameters(
        clocks={"request_supplement": StepClock.RESTARTS}, apology_lead=limit("0", D),
        handover_cutoff=dt.time(15), handover_grace=None,
        demands=(
            Demand(("approve_sign",), role="nobody-has-it"),
            Demand(("receive",), ("hand", "check"), limit=limit("1/2", D)),
            Demand(("ask",), limit=limit("30", H), asks=Asks.WAITING),
            Demand(("check",), role="desk", asks=Asks.DESK),
            *(Demand(("ask",), ("receive",), asks=asks) for asks in (Asks.UNTOLD, Asks.LATER)),
        ),
    ),
    ("copy", 0): FactParameters(apology_lead=limit("2", WH)),
    ("copy", 1): FactParameters(apology_lead=limit("2", H), apart=("receive", "approve_sign")),
}  # fmt: skip
HOLIDAY, SATURDAY = dt.date(2024, 4, 5), dt.date(2024, 4, 6)


def calendar(zone: str) -> Calendar:
    """Office hours with a Saturday reception, a holiday, a short make-up Saturday."""
    odd = {
        HOLIDAY: CalendarException(HOLIDAY, (), Text("nghỉ lễ"), "QĐ 1"),
        SATURDAY: CalendarException(SATURDAY, (OFFICE_DAY[0],), Text("làm bù"), "QĐ 1"),
    }
    reception = ((),) * 5 + (((27000, 39600),), ())
    return office(zone, exceptions=odd, reception=reception)


@dataclass(frozen=True, repr=False)
class DrawnLog:
    """A log as rows of text with its mapping and world."""

    events: tuple[Mapping[str, str], ...]
    dossiers: tuple[Mapping[str, str], ...] | None
    mapping: LogMapping
    world: World
    register: tuple[Mapping[str, str], ...] | None = None

    def __repr__(self) -> str:
        """Say what a failing example needs to be told by; the world is always the same but for its zone."""
        m = self.mapping
        rows = "\n".join(
            str(dict(row)) for row in (*self.events, "--", *(self.dossiers or ())) if row != "--"
        )
        told = (m.procedure, m.start, m.due, m.zone, self.world.calendar.zone, m.drawn_up_at)
        columns = f"{sorted(m.events.columns)}\n{m.dossiers and sorted(m.dossiers.columns)}"
        return f"{told}\n{columns}\n{rows}\n{self.register}"

    def _repr_pretty_(self, printer: object, _cycle: bool) -> None:
        printer.text(repr(self))  # type: ignore[attr-defined]

    def write(self, folder: Path) -> Path:
        """Write the tables as CSV and return the path of the events."""
        _write(folder / "events.csv", list(self.mapping.events.columns.values()), self.events)
        if self.dossiers is not None and self.mapping.dossiers is not None:
            _write(folder / "hồ sơ.csv", list(self.mapping.dossiers.columns.values()), self.dossiers)
        if self.register is not None and self.mapping.register is not None:
            _write(folder / "sổ.csv", list(self.mapping.register.columns.values()), self.register)
        return folder / "events.csv"


def _write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(columns)), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


_DAYS = [dt.date(2024, 3, 28) + dt.timedelta(days=n) for n in range(14)]
_TIMES = [
    dt.time(0), dt.time(7), dt.time(7, 30), dt.time(9, 15, 30), dt.time(11, 30), dt.time(12),
    dt.time(14, 59, 59),
    dt.time(15), dt.time(15, 0, 1), dt.time(17), dt.time(19),
]  # fmt: skip
_MOMENTS = st.builds(dt.datetime.combine, st.sampled_from(_DAYS), st.sampled_from(_TIMES))
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S+07:00",
    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.250", "%d/%m/%Y",
)  # fmt: skip


def written(*forms: str) -> st.SearchStrategy[str]:
    return st.builds(lambda at, form: at.strftime(form), _MOMENTS, st.sampled_from(forms or _FORMS[:1]))


def now_and_then(value: st.SearchStrategy[str], *others: str, often: int = 8) -> st.SearchStrategy[str]:
    """Mostly `value`, sometimes something else."""
    return st.integers(0, often).flatmap(lambda n: value if n else st.sampled_from(others or ("",)))


IDS = ["H01-240401-0001", "H01-240401-0002", "H02-240402-0001", "h3", "H01-240329-0001"]
ACTS = [s.id for s in STEPS if not s.is_silent]


TEMPLATES = (
    ("receive", "check", "hand", "appraise", "visit", "tax", "review", "sign", "stamp", "back", "file"),
    (
        "receive",
        "check",
        "ask",
        "supply",
        "check",
        "hand",
        "visit",
        "tax",
        "appraise",
        "sorry",
        "review",
        "sign",
    ),
    ("receive", "check", "ask", "sorry", "hand", "halt", "appraise", "sorry", "sign", "stamp", "back"),
    ("receive", "check", "deny"),
    ("receive", "sign", "back"),
    ("receive", "check", "hand", "leave"),
)


@st.composite
def handled(draw: st.DrawFn, columns: frozenset[str], forms: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of one dossier, mostly in order: some steps left out, times that also fall together."""
    steps = list(draw(st.sampled_from(TEMPLATES)))
    gone = draw(st.sets(st.integers(0, len(steps) - 1), max_size=2))
    steps = [name for at, name in enumerate(steps) if at not in gone]
    steps = steps[: draw(st.integers(1, len(steps)))] if draw(st.booleans()) else steps
    moments = sorted(draw(st.lists(_MOMENTS, min_size=2 * len(steps), max_size=2 * len(steps))))
    name, people = draw(st.sampled_from(IDS)), draw(st.sampled_from(["ab", "abc"]))
    rows = []
    for at, act in enumerate(steps):
        form = draw(st.sampled_from(forms))
        begun, ended = (moment.strftime(form) for moment in moments[2 * at : 2 * at + 2])
        row = draw(event_rows(columns, forms, tuple(people)))
        rows.append(row | {"hồ sơ": name, "bước": act, "xong": ended})
        if "bắt đầu" in columns:
            rows[-1]["bắt đầu"] = begun
    return rows


@st.composite
def event_rows(
    draw: st.DrawFn,
    columns: frozenset[str],
    forms: tuple[str, ...],
    people: tuple[str, ...] = ("a", "b", "c"),
) -> dict[str, str]:
    moment = written(*forms)
    row = {
        "hồ sơ": draw(now_and_then(st.sampled_from(IDS), "", " H01-240401-0001 ", often=20)),
        "bước": draw(now_and_then(st.sampled_from(ACTS), "lạ", "bỏ qua", "fork", "", often=12)),
        "xong": draw(now_and_then(moment, "", "không rõ", "1890-01-01 08:00:00", often=25)),
    }
    if "bắt đầu" in columns:
        row["bắt đầu"] = draw(now_and_then(moment, "", "", "hôm qua", often=12))
    if "người" in columns:
        row["người"] = draw(now_and_then(st.sampled_from(people), "", often=12))
    if "vai" in columns:
        row["vai"] = draw(st.sampled_from(["MC", "expert", "chief", "head", "clerk", "driver", "lạ", ""]))
    if "nơi" in columns:
        row["nơi"] = draw(st.sampled_from(["u1", "u2", "u3", "u1", ""]))
    if "số" in columns:
        row["số"] = draw(st.sampled_from(["S1", "", " "]))
    if "lý do" in columns:
        row["lý do"] = draw(st.sampled_from(["hẹn ngày 30/03/2024", "hẹn ngày 08/04/2024", "thiếu", ""]))
    if "thủ tục" in columns:
        row["thủ tục"] = draw(st.sampled_from(["permit", "1.000001", "giấy", "copy", "lạ", ""]))
    return row


@st.composite
def dossier_rows(draw: st.DrawFn, columns: frozenset[str], forms: tuple[str, ...]) -> dict[str, str]:
    moment = written(*forms)
    row = {"mã": draw(now_and_then(st.sampled_from(IDS[:4]), "", often=20))}
    if "thủ tục" in columns:
        row["thủ tục"] = draw(st.sampled_from(["permit", "giấy", "copy", "lạ", ""]))
    for name in ("nhận", "hẹn", "hạn", "kết thúc", "trả"):
        if name in columns:
            row[name] = draw(now_and_then(moment, "", "", "mai", often=16))
    if "kênh" in columns:
        row["kênh"] = draw(st.sampled_from(["online", "desk", "Trên mạng", "quầy", "khác", ""]))
    if "tình trạng" in columns:
        row["tình trạng"] = draw(st.sampled_from([*STATUSES, "Đã trả", "lạ", ""]))
    if "loại" in columns:
        row["loại"] = draw(st.sampled_from(["", "far", "none", "default", "lạ"]))
    if "nơi" in columns:
        row["nơi"] = draw(st.sampled_from(["u1", "U-2", ""]))
    return row


_EVENT_NAMES = {
    "actor": "người", "role": "vai", "unit": "nơi", "started_at": "bắt đầu", "document": "số",
    "reason": "lý do", "procedure": "thủ tục",
}  # fmt: skip
_DOSSIER_NAMES = {
    "procedure": "thủ tục", "unit": "nơi", "channel": "kênh", "case": "loại", "received_at": "nhận",
    "appointed_at": "hẹn", "due_at": "hạn", "finished_at": "kết thúc", "returned_at": "trả",
    "status": "tình trạng",
}  # fmt: skip


def _some(names: Mapping[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """Most columns, now and then without some."""
    return st.sets(st.sampled_from(sorted(names)), max_size=2).map(
        lambda gone: {ours: theirs for ours, theirs in names.items() if ours not in gone}
    )


@st.composite
def logs(draw: st.DrawFn) -> DrawnLog:
    """Any small log: ties, repeats, gaps, unknown words, with and without a table of dossiers."""
    zone = draw(st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Amsterdam"]))
    forms = draw(st.sampled_from([_FORMS[:1], _FORMS]))
    of_events = draw(_some(_EVENT_NAMES))
    columns = {"dossier_id": "hồ sơ", "step": "bước", "finished_at": "xong", **of_events}
    cuts = {"new_appointed_at": Cut("lý do", r"hẹn ngày (\d\d/\d\d/\d{4})")} if "reason" in of_events else {}
    names = frozenset(columns.values())
    events = draw(st.lists(event_rows(names, forms), min_size=1, max_size=6))
    for rows in draw(st.lists(handled(names, forms), min_size=1, max_size=3)):
        events += rows
    if draw(st.booleans()):
        events = draw(st.permutations(events))
    dossiers, second = None, None
    if draw(st.booleans()):
        of_dossiers = {"dossier_id": "mã", **draw(_some(_DOSSIER_NAMES))}
        second = TableMapping(of_dossiers)
        rows = draw(st.lists(dossier_rows(frozenset(of_dossiers.values()), forms), min_size=2, max_size=6))
        dossiers = tuple(row | {"mã": name} for row, name in zip(rows, IDS, strict=False)) + tuple(rows[4:])
    register, third = None, None
    if draw(st.booleans()):
        third = TableMapping({"dossier_id": "mã", **draw(_some(_DOSSIER_NAMES))})
        known = frozenset(third.columns.values())
        alike = [{name: row[name] for name in row if name in known} for row in dossiers or ()]
        rows = dossier_rows(known, forms)
        rows = st.one_of(rows, st.sampled_from(alike)) if alike else rows
        register = tuple(draw(st.lists(rows, min_size=1, max_size=5)))
    mapping = LogMapping(
        "drawn",
        TableMapping(columns, cuts),
        second,
        "hồ sơ.csv" if second else "",
        third,
        "sổ.csv" if third else "",
        roles={"MC": "desk"},
        units={"U-2": "u2"},
        procedures={"giấy": "copy"},
        statuses={"Đã trả": "returned"},
        channels={"Trên mạng": "online", "quầy": "desk"},
        ignored=("bỏ qua",),
        procedure=draw(st.sampled_from(["permit", "copy"])),
        dates=("%d/%m/%Y %H:%M:%S", "%d/%m/%Y"),
        zone=draw(st.sampled_from(["", "Asia/Ho_Chi_Minh"])),
        start=draw(st.sampled_from(["", "", "previous_finish"])),
        due=draw(st.sampled_from(["computed", "computed", "given"])),
        drawn_up_at=draw(st.sampled_from([None, dt.datetime(2024, 4, 8, 10, tzinfo=dt.UTC)])),
    )
    world = World(PROCEDURES, ORGANISATION, calendar(zone), (ERA,), PARAMETERS, None)
    return DrawnLog(tuple(events), dossiers, mapping, world, register)
