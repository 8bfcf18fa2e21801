"""The words on one dossier: each code has its own, in both languages; the control sheet fills its form."""

from __future__ import annotations

import datetime as dt
import string
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from iso_audit.analysis.constraints import Must
from iso_audit.model.calendar import Calendar
from iso_audit.model.outcome import Settings, Workspace
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.story import Deviation, Execution, Standstill, Story
from iso_audit.report.control_sheet import control_sheet, render
from iso_audit.report.story import Tale, standing_of, tale
from iso_audit.report.story_page import as_json, as_text
from iso_audit.report.words import words
from iso_audit.rules import CATALOGUE
from iso_audit.text import Text
from tests.calendars import office
from tests.engine.logs import ORGANISATION, WD, WH, limit, step
from tests.report.conftest import TEMPLATES

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR: Calendar = office("Asia/Ho_Chi_Minh")
LANGUAGES = ("vi", "en")
PERMIT = Procedure(
    "permit",
    (
        step("receive", "receive", "desk", "check", limit=limit("1", WH), unit="hall"),
        step("check", "check", "desk", "ask", "sign", limit=limit("1", WH), unit="hall"),
        step("ask", "request_supplement", "desk", "check", unit="hall"),
        step("sign", "approve_sign", "chief", "back", limit=limit("1", WD), unit="office"),
        step("back", "return_result", "desk", unit="hall"),
        step("sorry", "apologise", "desk", anytime=True, unit="hall"),
    ),
    title=Text("Cấp phép", "Permit"),
    limits={"default": limit("3", WD)},
    owner="office",
)


def at(day: int, hour: int, minute: int = 0, year: int = 2024) -> dt.datetime:
    return dt.datetime(year, 4, day, hour, minute, tzinfo=ZONE)


def done(name: str, begin: dt.datetime, end: dt.datetime, worked: int = 600, **more: object) -> Execution:
    limits: dict[str, Limit | None] = {one.id: one.limit for one in PERMIT.steps}
    return Execution(
        name, name in limits, actor="cb1", started_at=begin, finished_at=end, worked_seconds=worked,
        limit=limits.get(name), **more,  # type: ignore[arg-type]
    )  # fmt: skip


STORY = Story(
    "H1",
    PERMIT,
    unit="office",
    channel="online",
    status="returned",
    received_at=at(1, 8),
    due_at=at(4, 17),
    due_day=at(4, 17).date(),
    is_overdue=False,
    is_finished=True,
    is_closed=True,
    finished_at=at(3, 10),
    drawn_up_at=at(30, 17),
    used_seconds=7200,
    executions=(
        done("receive", at(1, 8), at(1, 8, 10), document="TN1"),
        done("check", at(1, 8, 10), at(1, 8, 20)),
        done("ask", at(1, 8, 20), at(1, 8, 30)),
        done("check", at(2, 8), at(2, 8, 20)),
        done("sign", at(2, 14), at(3, 10), worked=7200),
        done("stray", at(3, 10), at(3, 10, 10)),
        done("sorry", at(3, 11), at(3, 11, 10), document="XL1", new_appointed_at=at(8, 0)),
        done("back", at(3, 14), at(3, 14, 10)),
    ),
    standstills=(Standstill(at(1, 8, 30), at(2, 8)),),
)


def told(story: Story, lang: str = "en") -> Tale:
    workspace = Workspace("", Settings(calendar="c"), ORGANISATION, {"c": CALENDAR}, (), (PERMIT,))
    return tale(story, workspace, CATALOGUE, lang)


def test_every_code_and_variant_on_dossiers_has_words_of_its_own_for_one_dossier() -> None:
    names = {f"told.PRC-11.{must}" for must in Must}
    for rule in CATALOGUE.values():
        for hook in (rule.on_event, rule.on_dossier, rule.on_trace):
            if hook is not None:
                names |= {f"told.{hook.code}", *(f"told.{hook.code}.{name}" for name in hook.variants)}
    for lang in LANGUAGES:
        say = words(lang)
        assert sorted(name for name in names if name not in say) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_on_one_dossier_counts_dossiers_or_leaves_a_blank_unfilled(lang: str) -> None:
    codes = {hook.code for r in CATALOGUE.values() for hook in (r.on_event, r.on_dossier, r.on_trace) if hook}
    variants = ("", "none", "late", "no-moment", "off-hours", "check < sign", "receive + sign", "many")
    deviations = [
        Deviation(code, "", "", variant, "sign", 4) for code in sorted(codes) for variant in variants
    ]
    known = told(replace(STORY, deviations=tuple(deviations)), lang)
    for one in known.faults:
        assert one.said not in ("", one.code)
        assert not {"{", "}"} & set(one.said)
    blanks = {
        name
        for key in words(lang)._said
        if key.startswith("told.")
        for _, name, _, _ in string.Formatter().parse(words(lang)(key))
        if name
    }
    assert not {"failed", "checked"} & blanks


@pytest.mark.parametrize(
    ("story", "standing"),
    [
        (STORY, "early"),
        (replace(STORY, finished_at=at(4, 9)), "on_time"),
        (replace(STORY, finished_at=at(5, 9), is_overdue=True), "overdue"),
        (replace(STORY, finished_at=None, is_finished=False), "pending"),
        (replace(STORY, finished_at=None, is_finished=False, is_overdue=True), "pending_overdue"),
        (replace(STORY, is_overdue=None), "undetermined"),
    ],
)
def test_a_dossier_stands_to_its_due_date_as_dossiers_are_counted(story: Story, standing: str) -> None:
    assert standing_of(story) == told(story).standing == standing


def test_each_line_says_how_it_came_about() -> None:
    assert [(line.fit, line.position) for line in told(STORY).lines] == [
        ("as-written", 0), ("as-written", 1), ("as-written", 2), ("as-written", 3), ("as-written", 4),
        ("beyond", 5), ("anytime", 6), ("as-written", 7),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, ["left-out", "left-out"]),
        ({"is_closed": False}, ["to-come", "to-come"]),
        ({"is_broken_off": True}, ["dropped", "dropped"]),
    ],
)
def test_what_is_missing_at_the_end_is_an_omission_only_where_nothing_can_follow(change, fits) -> None:
    story = replace(STORY, executions=STORY.executions[:4], **change)
    assert [line.fit for line in told(story).lines if line.position is None] == fits


def test_a_step_left_out_in_the_middle_is_an_omission_whatever_follows() -> None:
    events = (STORY.executions[0], STORY.executions[4])
    lines = told(replace(STORY, executions=events, is_closed=False)).lines
    assert [(line.fit, line.step) for line in lines if line.position is None] == [
        ("left-out", "check"), ("to-come", "back"),
    ]  # fmt: skip


def test_no_input_steers_the_terminal() -> None:
    story = replace(STORY, dossier="H\x1b[31m1", executions=(done("bad\x07step", at(1, 8), at(1, 9)),))
    text = as_text([told(story)])
    assert not {"\x1b", "\x07"} & set(text)


def test_json_has_the_facts_without_words_of_the_reader() -> None:
    vi, en = (as_json([told(STORY, lang)]) for lang in LANGUAGES)
    assert vi == en
    assert '"cost": 1' in en


def test_the_control_sheet_follows_the_file_from_hand_to_hand() -> None:
    sheet = control_sheet(told(STORY), Settings(), "1")
    assert [(row.giver, row.receiver, row.result) for row in sheet.rows] == [
        ("Handed over: Applicant", "Received: hall (cb1)", "On time"),
        ("Handed over: Applicant", "Received: hall (cb1)", "On time"),
        ("Handed over: hall (cb1)", "Received: office (cb1)", "On time"),
        ("Handed over: office (cb1)", "Received: hall (cb1)", ""),
    ]
    assert sheet.rows[0].notes[-1] == "Clock stopped for 7.5 working hours"
    assert sheet.result == "Early"


def test_a_stay_is_overdue_where_one_of_its_steps_was() -> None:
    late = done("sign", at(1, 14), at(3, 10), worked=36000)
    events = (*STORY.executions[:4], late, *STORY.executions[5:])
    assert control_sheet(told(replace(STORY, executions=events)), Settings(), "1").rows[2].result == "Overdue"


@pytest.mark.parametrize(
    ("received", "form"), [(dt.date(2025, 6, 30), "TT 01/2018"), (dt.date(2025, 7, 1), "TT 03/2025")]
)
def test_the_form_is_that_of_the_day_of_receipt(received: dt.date, form: str) -> None:
    moment = dt.datetime.combine(received, dt.time(8), ZONE)
    assert form in control_sheet(told(replace(STORY, received_at=moment)), Settings(), "1").form


def test_the_control_sheet_is_a_tagged_pdf_and_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        render(told(STORY, "vi"), Settings(office=Text("Ủy ban")), "1", TEMPLATES, tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    with pikepdf.open(tmp_path / "a.pdf") as document:
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["pdfaid:part"] == "3"


def test_what_a_log_says_cannot_become_markup(tmp_path: Path) -> None:
    events = (done("<b>x</b>", at(1, 8), at(1, 9), document="<script>"),)
    story = replace(STORY, dossier="<i>H1</i>", executions=events)
    render(told(story, "vi"), Settings(), "1", TEMPLATES, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").stat().st_size > 10_000
