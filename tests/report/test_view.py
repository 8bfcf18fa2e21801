"""The view: what a report says, before it is laid out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest

from iso_audit.model.finding import Finding, Grade
from iso_audit.model.measure import Measures
from iso_audit.model.nonconformity import Waived, Waiver
from iso_audit.model.outcome import Outcome, Settings, Workspace
from iso_audit.model.requirement import Clause
from iso_audit.report import as_html
from iso_audit.report.statements import Statement, cites
from iso_audit.report.view import View, view
from iso_audit.report.words import words
from iso_audit.text import Text
from tests.report import example
from tests.report.conftest import TEMPLATES
from tests.report.example_procedures import limit, organisation
from tests.report.test_sarif import outcome as waived_outcome


def seen(lang: str = "vi", **changes: object) -> View:
    """The example's view, with some fields of the outcome changed."""
    outcome: Outcome = dataclasses.replace(example.outcome(), **changes)  # type: ignore[arg-type]
    return view(outcome, example.workspace(), example.CATALOGUE, lang)


def statement(shown: View, code: str) -> Statement:
    return next(one for one in shown.statements if one.code == code)


def test_every_finding_is_numbered_once_and_in_order(shown: View) -> None:
    assert [one.number for one in shown.statements] == list(range(1, len(example.outcome().findings) + 1))


def test_findings_of_one_requirement_stand_together(shown: View) -> None:
    keys = [group.code for group in shown.groups]
    assert keys == list(dict.fromkeys(keys))


@pytest.mark.parametrize(("dossiers", "times", "is_noted"), [(10, 0, True), (9, 0, False), (10, 1, False)])
def test_a_step_that_no_dossier_has_may_not_be_recorded(dossiers: int, times: int, is_noted: bool) -> None:
    note, findings = words("vi")("finding.unrecorded"), example.outcome().findings
    of_dossiers = {(one.procedure, one.step) for one in findings if one.step and not one.on_definition}
    for place in {(one.procedure, one.step) for one in findings if one.step}:
        units = {(place[0], "a"): 1, (place[0], "b"): dossiers - 1}
        shown = seen(executions={place: times}, unit_dossiers=units)
        noted = [one.finding for one in shown.statements if one.said.endswith(note)]
        assert {(one.procedure, one.step) for one in noted} == ({place} & of_dossiers if is_noted else set())
        assert not any(one.on_definition for one in noted)


def test_the_summary_counts_by_grade(vietnamese: View) -> None:
    assert "6 sự không phù hợp nặng, 6 sự không phù hợp nhẹ và 4 khuyến nghị" in vietnamese.summary


def test_four_cards_show_what_was_examined_and_found(vietnamese: View) -> None:
    assert [(card.value, card.note) for card in vietnamese.cards] == [
        ("872", "và 6 quy trình"),
        ("96,5%", "1.060/1.099 hồ sơ đến hạn"),
        ("6", "3 về quy trình, 3 về hồ sơ"),
        ("6", "và 4 khuyến nghị"),
    ]


def test_without_a_log_the_cards_count_procedures_and_requirements() -> None:
    shown = seen(intake=None, measures=Measures())
    assert [card.label for card in shown.cards[:2]] == ["Quy trình đã kiểm tra", "Yêu cầu được đáp ứng"]


def test_each_point_of_iso_19011_has_one_row_that_says_something(shown: View) -> None:
    assert [row.letter for row in shown.scope] == list("abcdefghijk")
    assert all(row.said for row in shown.scope)


def test_what_the_settings_leave_out_is_said_to_be_not_stated() -> None:
    workspace = dataclasses.replace(example.workspace(), settings=Settings(audit_date=dt.date(2020, 9, 7)))
    shown = view(example.outcome(), workspace, example.CATALOGUE, "en")
    said = {row.letter: row.said for row in shown.scope}
    assert (said["a"], said["c"], said["d"]) == (("Not stated",),) * 3
    assert shown.head.number == ""


def test_the_rate_is_printed_with_its_formula_and_denominator(vietnamese: View) -> None:
    assert "= 1.060 ÷ 1.099 = 96,5%" in vietnamese.fulfilment.formula


def test_open_never_counts_as_fulfilled(vietnamese: View) -> None:
    bars = {bar.label: bar for _, side in vietnamese.fulfilment.bars for bar in side}
    assert bars["Bổ sung hồ sơ, tạm dừng"].note == "20/20 lượt"
    assert bars["Bổ sung hồ sơ, tạm dừng"].open == "chưa kết luận 61"


def test_a_citation_that_was_not_checked_goes_without_its_number() -> None:
    said = cites((
        Clause("NĐ 61/2018/NĐ-CP", "19"), Clause("TT 01/2018/TT-VPCP", "8", sure=False),
        Clause("ISO 9001:2015", "8.6", is_standard=True), Clause("TT 03/2025/TT-VPCP"),
    ), words("vi"))  # fmt: skip
    assert said == (
        "NĐ 61/2018/NĐ-CP, Điều 19",
        "TT 01/2018/TT-VPCP (chưa đối chiếu số điều)",
        "ISO 9001:2015, điều 8.6",
        "TT 03/2025/TT-VPCP",
    )


def test_a_document_is_cited_once_with_all_of_its_numbers() -> None:
    said = cites((
        Clause("Bộ luật Dân sự 2015", "147"), Clause("NĐ 61/2018/NĐ-CP", "17", sure=False),
        Clause("Bộ luật Dân sự 2015", "148"), Clause("NĐ 61/2018/NĐ-CP", "19", sure=False),
    ), words("vi"))  # fmt: skip
    assert said == ("Bộ luật Dân sự 2015, Điều 147, 148", "NĐ 61/2018/NĐ-CP (chưa đối chiếu số điều)")


def test_a_statement_is_the_rule_s_sentence_with_the_facts_in_words(shown: View) -> None:
    said = {
        "vi": "Đường dài nhất qua các bước cần 27 ngày làm việc, "
        "thời hạn giải quyết chỉ là 25 ngày làm việc.",
        "en": "The longest way through the steps takes 27 working days, the limit is 25 working days.",
    }
    assert statement(shown, "DEF-TIME-01").said == said[shown.lang]


def test_a_raised_grade_prints_its_ground(vietnamese: View) -> None:
    raised = statement(vietnamese, "TIM-01")
    assert raised.grade is Grade.MAJOR
    assert raised.ground == "nâng từ nhẹ lên nặng vì lặp lại có hệ thống (cách xếp mức: mục 2)"
    assert "3 hồ sơ trở lên trong không quá 50 hồ sơ" in vietnamese.method.grading


def test_a_finding_on_a_definition_shows_its_place_and_the_run_step_by_step(vietnamese: View) -> None:
    finding = statement(vietnamese, "DEF-STEP-01")
    assert finding.place == "tệp procedures/broken.yaml, dòng 7"
    assert finding.run == ("1. Tiếp nhận", '2. Quyết định <b>hỗ trợ</b> & "thông báo"')


def test_exhibits_are_a_table_with_the_way_a_due_date_came_about(vietnamese: View) -> None:
    table = statement(vietnamese, "TIM-01").exhibits
    assert table is not None
    assert table.columns == ("Mã hồ sơ", "Tiếp nhận", "Đến hạn", "Kết thúc", "Quá hạn")
    assert len(table.rows) == 5
    assert table.notes[0][1].startswith("tiếp nhận 05/3/2020, không tính ngày tiếp nhận")


def test_a_finding_of_an_unknown_rule_is_kept_without_a_sentence(shown: View) -> None:
    assert statement(shown, "UNKNOWN-01").said == "Gone"


def test_the_hand_of_a_finding_names_no_log_person_in_its_sentence(shown: View) -> None:
    people = {
        str(e.facts["actor"]) for f in example.outcome().findings for e in f.exhibits if "actor" in e.facts
    }
    assert [one.number for one in shown.statements if any(person in one.said for person in people)] == []


def test_open_items_are_grouped_by_reason_with_columns_in_words(vietnamese: View) -> None:
    assert [(row.reason, row.code, row.where, row.count) for row in vietnamese.open_rows] == [
        ("Nhật ký không có cột cần thiết: người thực hiện", "PRC-05", "mọi quy trình", 872),
        ("Nhật ký không có cột cần thiết: số văn bản và lý do", "SUP-01",
         "Liên thông khai sinh, thường trú, bảo hiểm y tế", 61),
        ("Bảng bước công việc hoặc sơ đồ không thể hiện nội dung này", "DEF-STEP-01",
         "Trợ cấp xã hội hằng tháng; Cấp phép hoạt động cơ sở trợ giúp xã hội", 2),
    ]  # fmt: skip


def test_refused_rows_are_counted_by_reason_with_the_first_of_them(vietnamese: View) -> None:
    assert [(r.reason, r.count, r.example) for r in vietnamese.method.refusals] == [
        ("không có mã hồ sơ", "11", "events.csv, dòng 204, dossier_id"),
        ("ngày giờ không đọc được", "6", "events.csv, dòng 17, finished_at, «31/02/2020 08:00»"),
        ("không có tên bước", "4", "events.csv, dòng 981, step, «Chuyển phòng X»"),
    ]


def test_a_synthetic_log_says_so_under_the_head(shown: View) -> None:
    assert shown.head.note in (
        "Nhật ký hồ sơ là dữ liệu mô phỏng, không phải hồ sơ có thật.",
        "The dossier log is synthetic; no such dossiers exist.",
    )


def test_the_date_of_the_head_follows_the_decree(vietnamese: View) -> None:
    assert vietnamese.head.place_date == "Bình Sơn Hạ, ngày 07 tháng 9 năm 2020"


def test_the_digest_depends_on_the_inputs_only() -> None:
    card = example.outcome().card
    other = dataclasses.replace(card, inputs=card.inputs[:-1])
    assert seen().digest == seen("en").digest
    assert seen().digest != seen(card=other).digest


def test_an_outcome_without_findings_says_so() -> None:
    shown = seen(findings=(), open_items=(), tallies=())
    assert "Không phát hiện sự không phù hợp nào." in shown.summary
    assert shown.groups == ()
    assert shown.open_rows == ()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_empty_workspace_still_makes_a_view(lang: str) -> None:
    empty = Workspace("x", Settings(), organisation(), {}, (), ())
    outcome = Outcome(example.outcome().card, (), (), ())
    assert view(outcome, empty, {}, lang).pictures == ()


def test_facts_that_a_sentence_tells_are_not_told_twice() -> None:
    finding = Finding(
        "DEF-TIME-01", "time-sum", "limit", Grade.MAJOR, "birth-linked",
        facts={"total_seconds": 28800, "limit": limit("3 wd"), "roles": ("chairman",)},
    )  # fmt: skip
    told = seen("en", findings=(finding,)).statements[0].facts
    assert told == (("Roles", "Chairman"),)


def test_texts_fall_back_to_the_other_language() -> None:
    note = seen("en", mapping_note=Text("chỉ có tiếng Việt")).head.note
    assert note == "chỉ có tiếng Việt"


def test_what_is_waived_counts_neither_as_met_nor_as_unmet() -> None:
    whole = example.outcome()
    major = next(f for f in whole.findings if f.code == "DEF-TIME-01" and f.procedure == example.PERMIT)
    day = dt.date(2020, 9, 1)
    waiver = Waiver(major.code, major.procedure, Text("lý do"), "Chủ tịch", day, day)
    held = {
        "findings": tuple(f for f in whole.findings if f != major),
        "waived": (Waived(major, waiver),),
    }
    before, after = seen(), seen(**held)
    assert len(after.statements) == len(before.statements) - 1
    assert [row.statement.key for row in after.waived] == [major.fingerprint]
    assert "1 kết luận được miễn trừ" in after.summary
    bars = [
        next(bar for _, of_side in shown.fulfilment.bars for bar in of_side if "thời" in bar.label.lower())
        for shown in (before, after)
    ]
    assert [bar.note for bar in bars] == ["6/8 lượt", "6/7 lượt"]
    others = dataclasses.replace(whole, findings=(), open_items=(), tallies=(), waived=held["waived"])
    degree = view(others, example.workspace(), example.CATALOGUE, "vi").fulfilment
    assert (degree.met, degree.unmet, degree.undecided) == (0, 0, 0)


def test_the_page_lists_waived_findings_with_reason_approver_and_end() -> None:
    shown = view(waived_outcome(), example.workspace(), example.CATALOGUE, "vi")
    page = re.sub(r"</?span[^>]*>", "", as_html.text(shown, TEMPLATES))
    assert "Đang &lt;sửa&gt; &amp; ban hành lại" in page
    assert "Chủ tịch phê duyệt ngày 01/09/2020, có hiệu lực đến hết ngày 31/12/2020" in page
    assert "không khớp với kết luận nào" in page
    assert 'id="waived"' not in as_html.text(seen(), TEMPLATES)
