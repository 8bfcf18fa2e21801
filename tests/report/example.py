"""An outcome like a real one, for looking at the report and for its golden files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from iso_audit.model.calendar import Calendar
from iso_audit.model.finding import Exhibit, Finding, Grade, OpenItem, Tally
from iso_audit.model.log import Intake, Refused
from iso_audit.model.measure import Duration, Measure, Measures, StepMeasure, Timed
from iso_audit.model.outcome import InputFile, Outcome, RunCard, Settings, Workspace
from iso_audit.model.place import Place
from iso_audit.text import Text
from tests.report.example_procedures import limit, organisation, permit, procedures
from tests.report.example_rules import CATALOGUE, PACKS

__all__ = ["CATALOGUE", "PERMIT", "ZONE", "outcome", "workspace"]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PERMIT, BIRTH, LAND = "construction-permit-house@2020-01-01", "birth-linked", "land-use-change"
DAY = 28800
"""Seconds of a working day."""


def _at(day: int, hour: int = 9, month: int = 3) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, 15, tzinfo=ZONE)


def _dossier(index: int) -> str:
    return f"000.00.12.H62-2003{index:02}-{index:04}"


def _late(count: int) -> tuple[Exhibit, ...]:
    explained = Text(
        "tiếp nhận 05/3/2020, không tính ngày tiếp nhận, 15 ngày làm việc, bỏ qua thứ bảy, chủ nhật; "
        "đến hạn 17:00 26/03/2020",
        "received 5 Mar 2020, that day not counted, 15 working days without Saturdays and Sundays; "
        "due 17:00 26 Mar 2020",
    )
    return tuple(
        Exhibit(
            _dossier(i),
            {
                "received_at": _at(4 + i),
                "due_at": _at(25 + i % 2, 16),
                "finished_at": _at(28 + i % 3, 10),
                "late_seconds": DAY * (1 + i) + 5400,
                **({"derivation": explained} if i == 1 else {}),
            },
        )
        for i in range(1, count + 1)
    )


def _slow(count: int) -> tuple[Exhibit, ...]:
    times = {"started_at": _at(6), "finished_at": _at(13, 15), "limit": limit("3 wd")}
    used = ({"used_seconds": DAY * 4 + 1800 * i} for i in range(count))
    return tuple(Exhibit(_dossier(i), times | more) for i, more in enumerate(used, 1))


def _one_hand(count: int) -> tuple[Exhibit, ...]:
    return tuple(
        Exhibit(_dossier(i), {"actor": "NV-07", "finished_at": _at(20 + i)}) for i in range(1, count + 1)
    )


MAJOR, MINOR, OBSERVATION = Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION
RUN = (
    "receive", "check", "assign", "site-visit", "consult", "draft", "review", "approve", "stamp", "return",
    "archive",
)  # fmt: skip


def _definitions() -> list[Finding]:
    broken = Finding(
        "DEF-STEP-01",
        "mandatory-step",
        "steps",
        MAJOR,
        "broken",
        checked=10,
        base_grade=MAJOR,
        facts={"kind": "return_result", "run": ("receive", "decide")},
        variant="return_result",
    )
    long = {"total_seconds": DAY * 27, "limit": limit("25 wd"), "run": tuple(f"s{i}" for i in range(27))}
    whole = {"total_seconds": DAY * 15 + 21600, "limit": limit("15 wd"), "run": RUN}
    control = Finding(
        "DEF-DOC-02",
        "version-block",
        "document-control",
        MINOR,
        "wide",
        facts={"missing": (Text("người kiểm tra", "who checked it"),)},
    )
    issue = (
        Text("số hiệu", "the number"),
        Text("lần ban hành", "the issue"),
        Text("người phê duyệt", "who approved it"),
    )
    return [
        broken,
        replace(broken, grade=MINOR, ground="breach", variant="assign",
                facts={**broken.facts, "kind": "assign"}),
        Finding("DEF-TIME-01", "time-sum", "limit", MAJOR, LAND, base_grade=MAJOR, facts=long),
        Finding("DEF-TIME-01", "time-sum", "limit", MAJOR, PERMIT, "", "approve", base_grade=MAJOR,
                facts=whole),
        replace(control, procedure="broken", facts={"missing": issue}),
        replace(control, procedure=LAND),
        control,
        Finding("DEF-NUM-01", "numbering", "numbering", OBSERVATION, "broken", base_grade=OBSERVATION),
    ]  # fmt: skip


def _dossiers() -> list[Finding]:
    overdue = Finding("TIM-01", "overdue", "overdue", MINOR, BIRTH, "xuan-mai", failed=3, checked=412)
    slow = Finding("TIM-02", "step-late", "step-time", OBSERVATION, PERMIT, base_grade=OBSERVATION)
    return [
        replace(overdue, exhibits=_late(3)),
        replace(overdue, grade=MAJOR, ground="systemic", procedure=PERMIT, unit="urban", failed=12,
                checked=80, exhibits=_late(5)),
        Finding("TIM-03", "apology", "apology", MAJOR, PERMIT, "urban", failed=9, checked=12,
                base_grade=MAJOR, exhibits=_late(5)),
        Finding("PRC-04", "apart", "apart", MAJOR, PERMIT, "xuan-mai", "approve", failed=4, checked=31,
                ground="systemic", exhibits=_one_hand(4)),
        Finding("INT-01", "receipt", "receipt", MINOR, BIRTH, "hoa-lac", "receive", failed=2, checked=340,
                exhibits=_late(2)),
        replace(slow, unit="urban", step="consult", failed=22, checked=78, exhibits=_slow(5)),
        replace(slow, unit="xuan-mai", step="review", failed=1, checked=31, exhibits=_slow(1)),
        Finding("UNKNOWN-01", "gone", "gone", OBSERVATION, "no-such-procedure", base_grade=OBSERVATION),
    ]  # fmt: skip


def _findings() -> tuple[Finding, ...]:
    found = []
    for line, finding in enumerate([*_definitions(), *_dossiers()], 7):
        file = f"procedures/{finding.procedure.partition('@')[0]}.yaml"
        place = Place(file, line, 3) if finding.on_definition else finding.place
        found.append(replace(finding, place=place, ground=finding.ground or "requirement"))
    return tuple(sorted(found, key=lambda f: (f.grade.rank, not f.on_definition, f.code)))


def _measures() -> Measures:
    made = []
    for procedure, unit, base in ((PERMIT, "urban", 20), (BIRTH, "xuan-mai", 60), (BIRTH, "hoa-lac", 45)):
        for month in range(1, 9):
            count, late, pending = base + month * 7 % 11, month * 5 % 4, 3 if month == 8 else 0
            on_time = count - pending - 5 - late - 1
            waiting = (late, pending, 1 if month == 8 else 0, 1)
            walked = (late + 2, late + 3, late + 1, late + 1, 6 * count, 2 * count, 6 * count, 4 * count)
            where = (procedure, unit, ("desk", "online")[month % 2], f"2020-{month:02}")
            made.append(Measure(*where, count, count - pending, 5, on_time, *waiting, *walked))
    steps = [
        StepMeasure(one.procedure, step, one.unit, one.channel, one.month, one.dossiers + again, again,
                    one.dossiers, hours * 3600 * one.dossiers, one.dossiers if hours < 6 else 0,
                    one.overdue if hours < 6 else 0, one.dossiers, 1800 * one.dossiers)
        for one in made for step, hours, again in (("receive", 1, 0), ("check", 5, one.repeats), ("", 9, 0))
    ]  # fmt: skip
    return Measures(tuple(made), tuple(steps), _durations())


def _durations() -> tuple[Duration, ...]:
    """In all, and of each procedure: about two weeks; of two steps."""
    leads = ((None, 1071), (BIRTH, 881), (PERMIT, 190))
    times = {Timed.LEAD_DAYS: (1, 14, 23), Timed.LEAD: (DAY, 10, 16), Timed.COUNTED: (DAY, 9, 15)}
    dossiers = [
        Duration(
            of, procedure, None, None, None, None, count, part * median * count, part * median, part * ninth
        )
        for of, (part, median, ninth) in times.items()
        for procedure, count in leads
    ]
    steps = [
        Duration(
            Timed.STEP, procedure, step, None, None, None, count, hours * 3600 * count, hours * 3600, 9 * 3600
        )
        for procedure, count in leads[1:]
        for step, hours in (("receive", 1), ("check", 5))
    ]
    return tuple(dossiers + steps)


def _tallies() -> tuple[Tally, ...]:
    rows = [
        Tally(f.code, f.rule, f.requirement, f.procedure, f.unit, f.step,
              "" if f.on_definition else "2020-03", "" if f.on_definition else "desk", f.checked, f.failed, 0)
        for f in _findings()
    ]  # fmt: skip
    return (
        *rows,
        Tally("DEF-ROLE-01", "role", "role", BIRTH, "", "", "", "", 40, 0, 2),
        Tally("DEF-TIME-01", "time-sum", "limit", BIRTH, "", "", "", "", 6, 0, 0),
        Tally("SUP-01", "supplement", "supplement", BIRTH, "xuan-mai", "", "2020-03", "online", 20, 0, 61),
        Tally("PRC-01", "mandatory-step", "steps", BIRTH, "xuan-mai", "", "2020-03", "desk", 412, 0, 0),
    )


def _open() -> tuple[OpenItem, ...]:
    actor, papers = {"columns": ("events.actor",)}, {"columns": ("events.document", "events.reason")}
    return (
        OpenItem("PRC-05", "handover", "handover", "", "no-column", count=872, facts=actor),
        OpenItem("SUP-01", "supplement", "supplement", BIRTH, "no-column", count=61, facts=papers),
        OpenItem("DEF-STEP-01", "mandatory-step", "steps", "social-allowance", "printed-table"),
        OpenItem("DEF-STEP-01", "mandatory-step", "steps", "wide", "printed-table"),
    )


def workspace() -> Workspace:
    settings = Settings(
        office=Text("UBND huyện Bình Sơn Hạ", "Bình Sơn Hạ district"),
        parent=Text("UBND tỉnh", "Provincial People's Committee"),
        place=Text("Bình Sơn Hạ", "Bình Sơn Hạ"),
        report_number="15/BC-UBND",
        audit_date=dt.date(2020, 9, 7),
        period=(dt.date(2020, 1, 2), dt.date(2020, 8, 31)),
        client=Text("Chủ tịch UBND huyện", "Chairman of the district"),
        auditees=(
            Text("Phòng Quản lý đô thị", "Urban management division"),
            Text("UBND xã Xuân Mai", "Xuân Mai commune"),
        ),
        team=(
            Text("Văn phòng UBND huyện", "Office of the district"),
            Text("Phòng Nội vụ", "Home affairs division"),
        ),
        participants=(Text("Bộ phận Một cửa", "One-stop desk"),),
        objectives=Text(
            "Xác định quy trình và việc giải quyết hồ sơ có đáp ứng ISO 9001:2015 và quy định về "
            "cơ chế một cửa hay không.",
            "To determine whether procedures and handling meet ISO 9001:2015 and the one-stop regulations.",
        ),
        scope=Text(
            "Toàn bộ quy trình nội bộ của huyện và hồ sơ tiếp nhận trong kỳ.",
            "All internal procedures of the district and the dossiers received in the period.",
        ),
        locations=Text("Trụ sở UBND huyện", "District office"),
        signer=Text("TM. Ủy ban nhân dân\nChủ tịch", "For the committee\nChairman"),
        recipients=(
            Text("Chủ tịch, các Phó Chủ tịch", "Chairman and deputies"),
            Text("Các đơn vị được đánh giá", "Auditees"),
        ),
        calendar="vn",
        packs=("iso-9001-2015", "vn-one-stop-2018"),
    )
    week = (((27000, 41400), (46800, 61200)),) * 5 + ((), ())
    calendars = {"vn": Calendar("vn", "Asia/Ho_Chi_Minh", week)}
    return Workspace("processes", settings, organisation(), calendars, PACKS, procedures())


def _intake() -> Intake:
    refused = (
        Refused("events.csv", 17, "finished_at", "31/02/2020 08:00", "bad-date"),
        Refused("events.csv", 204, "dossier_id", "", "no-dossier"),
        Refused("events.csv", 981, "step", "Chuyển phòng X", "no-step"),
    )
    return Intake(
        rows=10312, event_rows=9432, events_kept=9380, events_ignored=31, dossier_rows=880, dossiers_kept=872,
        dossiers_open=12, refused_count=29, refused=refused,
        refused_reasons={"bad-date": 6, "no-dossier": 11, "no-step": 4},
        unknown_activities={"Chuyển phòng X": 4}, columns=frozenset({"events.step"}),
        first=_at(2, 8, 1), last=_at(31, 16, 8), drawn_up_at=_at(31, 17, 8),
    )  # fmt: skip


def _card() -> RunCard:
    files = (
        ("settings", "iso-audit.yaml"),
        ("organisation", "organisation.yaml"),
        ("procedure", "procedures/construction-permit-house.yaml"),
        ("log", "dossiers.csv"),
        ("mapping", "mapping.yaml"),
    )
    inputs = tuple(InputFile(role, name, f"{i:064x}", 1234 * i) for i, (role, name) in enumerate(files, 1))
    packs = ("iso-9001-2015", "vn-one-stop-2018")
    return RunCard("0.1.0", "c0ffee" * 10 + "abcd", dt.date(2020, 9, 7), 20200907, inputs, packs, 9)


def outcome() -> Outcome:
    never = ("refuse", "refusal-letter", "apologise")
    return Outcome(
        _card(),
        _findings(),
        _open(),
        _tallies(),
        (),
        _intake(),
        _measures(),
        Text("Nhật ký hồ sơ là dữ liệu mô phỏng, không phải hồ sơ có thật.",
             "The dossier log is synthetic; no such dossiers exist."),
        (Text("Thời điểm bắt đầu của một bước là thời điểm kết thúc bước trước.",
              "A step starts when the one before it ends."),),
        {(BIRTH, "xuan-mai"): 412},
        {(PERMIT, step.id): 80 for step in permit().steps if step.id not in never},
    )  # fmt: skip
