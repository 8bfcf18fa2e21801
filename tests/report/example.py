"""An outcome like a real one, for looking at the report and for its golden files."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

from iso_audit.model.calendar import Calendar
from iso_audit.model.finding import Exhibit, Finding, Grade, OpenItem, Tally
from iso_audit.model.log import Intake, Measure, Refused
from iso_audit.model.organisation import Organisation, Role, Unit
from iso_audit.model.outcome import InputFile, Outcome, RunCard, Settings, Workspace
from iso_audit.model.place import Place
from iso_audit.model.procedure import (
    Flow,
    Join,
    Limit,
    LimitGroup,
    Part,
    Period,
    Procedure,
    Split,
    Step,
    TimeUnit,
)
from iso_audit.model.requirement import Clause, Pack, Requirement
from iso_audit.model.rule import HOLDS, Hook, Rule
from iso_audit.text import Text

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def _hours(value: object) -> Limit:
    return Limit(Fraction(str(value)), TimeUnit.WORKING_HOUR, f"{value} giờ")


def _days(value: object) -> Limit:
    return Limit(Fraction(str(value)), TimeUnit.WORKING_DAY, f"{value} ngày làm việc")


def _flows(*aims: object) -> tuple[Flow, ...]:
    return tuple(Flow(aim) if isinstance(aim, str) else Flow(aim[1], outcome=aim[0]) for aim in aims)  # type: ignore[index]


def _step(no: object, name: str, vi: str, en: str, kind: str, role: str, *aims: object, **more: object) -> Step:
    return Step(name, Text(vi, en), (kind,), str(no or ""), role, flows=_flows(*aims), **more)  # type: ignore[arg-type]


def _permit() -> Procedure:
    steps = (
        _step(1, "receive", "Tiếp nhận hồ sơ", "Receive the dossier", "receive", "one-stop-officer", "check", limit=_hours(2)),
        _step(
            2, "check", "Kiểm tra thành phần hồ sơ", "Check completeness", "check", "one-stop-officer",
            ("complete", "assign"), ("incomplete", "ask-supplement"), ("ineligible", "refuse"), limit=_hours(2),
        ),
        _step("2a", "ask-supplement", "Yêu cầu bổ sung hồ sơ", "Ask for supplements", "request_supplement", "one-stop-officer", "check"),
        _step("2b", "refuse", "Từ chối tiếp nhận", "Refuse the dossier", "refuse", "one-stop-officer"),
        _step(3, "assign", "Phân công thụ lý", "Assign", "assign", "division-head", "split", limit=_hours(4)),
        Step("split", Text(), ("route",), split=Split.ALL, flows=_flows("site-visit", "consult")),
        _step(4, "site-visit", "Kiểm tra thực địa", "Visit the site", "field_check", "specialist", "draft", limit=_days(4)),
        _step(5, "consult", "Lấy ý kiến phòng Tài nguyên và Môi trường", "Consult the environment division", "consult", "env-specialist", "draft", limit=_days(3)),
        _step(6, "draft", "Thẩm định, dự thảo giấy phép", "Appraise and draft the permit", "appraise", "specialist", ("eligible", "review"), ("ineligible", "refusal-letter"), join=Join.ALL, limit=_days(5)),
        _step("6a", "refusal-letter", "Dự thảo văn bản từ chối", "Draft the refusal", "draft_result", "specialist", "review", limit=_days(1)),
        _step(7, "review", "Soát xét dự thảo", "Review the draft", "review", "division-head", ("agreed", "approve"), ("returned", "draft"), limit=_days(1)),
        _step(8, "approve", "Ký duyệt", "Approve and sign", "approve_sign", "chairman", "stamp", limit=_days("1.5")),
        _step(9, "stamp", "Lấy số, đóng dấu, chuyển kết quả", "Number, stamp, hand over", "number_stamp", "clerk", "return", limit=_hours(2)),
        _step(10, "return", "Trả kết quả cho người nộp", "Return the result", "return_result", "one-stop-officer", "archive"),
        _step(11, "archive", "Lưu hồ sơ", "File the dossier", "archive", "specialist"),
        _step("", "apologise", "Xin lỗi và hẹn lại ngày trả", "Apologise and set a new date", "apologise", "division-head", anytime=True),
    )  # fmt: skip
    return Procedure(
        "construction-permit-house", steps,
        Text("Cấp giấy phép xây dựng nhà ở riêng lẻ", "Building permit for a detached house"),
        code="1.009994", level="district", owner="urban", authority="chairman", limits={"default": _days(15)},
        in_force=Period(dt.date(2020, 1, 1)), place=Place("procedures/construction-permit-house.yaml", 1),
        limit_groups=(LimitGroup(("site-visit", "consult"), _days(7)),),
    )  # fmt: skip


def _birth() -> Procedure:
    steps = (
        _step(1, "receive", "Tiếp nhận hồ sơ liên thông", "Receive the linked dossier", "receive", "one-stop-officer", "register", limit=_hours(4), part="commune"),
        _step(2, "register", "Đăng ký khai sinh", "Register the birth", "appraise", "justice-officer", "sign", limit=_hours(3), part="commune"),
        _step(3, "sign", "Ký giấy khai sinh", "Sign the birth certificate", "approve_sign", "chairman", "residence", "insurance", limit=_hours(1), part="commune", split=Split.ALL),
        _step(4, "residence", "Đăng ký thường trú", "Register the residence", "appraise", "police-officer", "collect", limit=_days(2), part="police"),
        _step(5, "insurance", "Cấp thẻ bảo hiểm y tế", "Issue the health insurance card", "appraise", "insurance-officer", "collect", limit=_days(2), part="insurance"),
        _step(6, "collect", "Nhận, trả kết quả", "Collect and return the results", "return_result", "one-stop-officer", join=Join.ALL, part="commune"),
    )  # fmt: skip
    return Procedure(
        "birth-linked", steps, Text("Liên thông khai sinh, thường trú, bảo hiểm y tế", "Linked birth registration"),
        code="2.002621", level="commune", authority="chairman", limits={"default": _days(3)},
        parts=(Part("commune", "xuan-mai", _days(1)), Part("police", "commune-police", _days(2)), Part("insurance", "social-insurance", _days(2))),
        place=Place("procedures/birth-linked.yaml", 1),
    )  # fmt: skip


def _allowance() -> Procedure:
    steps = (
        _step(1, "receive", "Tiếp nhận hồ sơ", "Receive", "receive", "one-stop-officer", "appraise", limit=_hours(4)),
        _step(2, "appraise", "Xem xét, niêm yết công khai", "Examine and post", "appraise", "specialist", "approve", limit=_days(7)),
        _step(3, "approve", "Ký quyết định", "Sign the decision", "approve_sign", "chairman", "return", limit=_days(2)),
        _step(4, "return", "Trả kết quả", "Return", "return_result", "one-stop-officer", limit=_hours(4)),
    )  # fmt: skip
    return Procedure("social-allowance", steps, Text("Trợ cấp xã hội hằng tháng", "Monthly social allowance"), code="1.001776", level="commune", authority="chairman", limits={"default": _days(10)})  # fmt: skip


def _long() -> Procedure:
    roles = ("one-stop-officer", "division-head", "specialist", "land-registry-officer", "tax-officer", "chairman")
    names = (
        "Tiếp nhận", "Kiểm tra", "Phân công", "Thẩm tra hiện trạng sử dụng đất và ranh giới thửa", "Trích lục bản đồ",
        "Xác nhận của khu dân cư", "Niêm yết", "Chuyển thông tin địa chính", "Xác định nghĩa vụ tài chính", "Thông báo thuế",
        "Người dân nộp tiền", "Soát xét", "Ký giấy chứng nhận", "Trả kết quả",
    )  # fmt: skip
    steps = []
    for index in range(27):
        flows: tuple[object, ...] = (f"s{index + 1}",) if index < 26 else ()
        if index == 11:
            flows = (("agreed", "s12"), ("returned", "s3"))
        if index == 4:
            flows = ("s5", "s20")
        steps.append(
            _step(index + 1, f"s{index}", names[index % 14], f"Step {index + 1}", "other", roles[(index * 7) % 6], *flows, limit=_days(1))
        )  # fmt: skip
    return Procedure("land-use-change", tuple(steps), Text("Chuyển mục đích sử dụng đất", "Change of land use"), code="1.004227", limits={"default": _days(25)})  # fmt: skip


def _broken() -> Procedure:
    steps = (
        _step(1, "receive", "Tiếp nhận", "Receive", "receive", "", "decide"),
        _step(2, "decide", "Quyết định <b>hỗ trợ</b> & \"thông báo\"", "Decide", "approve_sign", "chairman", "decide"),
        _step(4, "lost", "Bước không ai đến được", "A step nobody reaches", "archive", "clerk"),
    )  # fmt: skip
    return Procedure("broken", steps, Text("Quy trình <script>alert(1)</script> lỗi", "A faulty procedure"), place=Place("procedures/broken.yaml", 1))  # fmt: skip


def _wide() -> Procedure:
    roles = ("one-stop-officer", "division-head", "specialist", "env-specialist", "police-officer", "tax-officer", "office-reviewer", "chairman", "clerk")
    steps = [
        _step(i + 1, f"w{i}", f"Công việc thứ {i + 1} của cơ quan phối hợp", f"Work number {i + 1}", "other", role, *([f"w{i + 1}"] if i < 8 else []), limit=_days("0.5"))
        for i, role in enumerate(roles)
    ]  # fmt: skip
    return Procedure("wide", tuple(steps), Text("Cấp phép hoạt động cơ sở trợ giúp xã hội", "Licence of a care facility"), code="2.000286", limits={"default": _days(15)})  # fmt: skip


ROLES = {
    "one-stop-officer": ("Công chức Bộ phận Một cửa", "One-stop officer"), "division-head": ("Trưởng phòng", "Head of division"),
    "specialist": ("Chuyên viên", "Specialist"), "env-specialist": ("Chuyên viên Tài nguyên và Môi trường", "Environment specialist"),
    "chairman": ("Chủ tịch UBND", "Chairman"), "clerk": ("Văn thư", "Clerk"), "justice-officer": ("Công chức Tư pháp", "Justice officer"),
    "police-officer": ("Công an xã", "Police officer"), "insurance-officer": ("Cán bộ BHXH", "Insurance officer"),
    "land-registry-officer": ("Văn phòng Đăng ký đất đai", "Land registry officer"), "tax-officer": ("Chi cục Thuế", "Tax officer"),
    "office-reviewer": ("Chuyên viên Văn phòng", "Office reviewer"),
}  # fmt: skip
UNITS = {
    "urban": ("Phòng Quản lý đô thị", "Urban management division"), "xuan-mai": ("UBND xã Xuân Mai", "Xuân Mai commune"),
    "commune-police": ("Công an xã", "Commune police"), "social-insurance": ("BHXH huyện", "Social insurance"),
    "desk": ("Bộ phận Một cửa huyện", "District one-stop desk"), "hoa-lac": ("UBND xã Hòa Lạc", "Hòa Lạc commune"),
}  # fmt: skip


def organisation() -> Organisation:
    return Organisation(
        {key: Unit(key, Text(*said)) for key, said in UNITS.items()},
        {key: Role(key, Text(*said)) for key, said in ROLES.items()},
    )


def _rule(name: str, vi: str, en: str, why_vi: str, why_en: str, code: str, says_vi: str, says_en: str, on: str) -> Rule:
    hook: Hook[object] = Hook(code, lambda *_: HOLDS, Text(says_vi, says_en))
    return Rule(name, Text(vi, en), Text(why_vi, why_en), **{on: hook})  # type: ignore[arg-type]


CATALOGUE = {
    rule.name: rule
    for rule in (
        _rule("time-sum", "Tổng thời gian các bước vượt thời hạn giải quyết", "The steps take longer than the time limit",
              "Quy trình có tổng thời gian dài hơn thời hạn thì không hồ sơ nào có thể được giải quyết đúng hạn theo đúng quy trình.",
              "If the steps take longer than the limit, no dossier can be both handled as written and on time.",
              "DEF-TIME-01", "đường dài nhất qua các bước cần {total_seconds}, thời hạn giải quyết chỉ là {limit}.",
              "the longest way through the steps takes {total_seconds}, the limit is {limit}.", "on_procedure"),
        _rule("mandatory-step", "Bước bắt buộc", "Mandatory steps", "Bỏ qua thẩm định hoặc ký duyệt thì kết quả không có giá trị bảo đảm.",
              "Without appraisal or signature nothing assures the result.",
              "DEF-STEP-01", "có cách đi qua quy trình mà không có bước «{kind}».", "there is a run without the step “{kind}”.", "on_procedure"),
        _rule("version-block", "Kiểm soát tài liệu", "Document control", "Người dùng phải biết mình đang cầm bản nào, ai đã phê duyệt.",
              "Users must know which issue they hold and who approved it.",
              "DEF-DOC-02", "quy trình không nêu {missing}.", "the procedure does not state {missing}.", "on_procedure"),
        _rule("numbering", "Số thứ tự bước", "Numbering of steps", "", "", "DEF-NUM-01", "số bước nhảy từ 2 sang 4.", "the numbers jump from 2 to 4.", "on_procedure"),
        _rule("overdue", "Giải quyết quá hạn", "Overdue dossiers", "Người dân được hẹn một ngày và phải nhận được kết quả vào ngày đó.",
              "Applicants are given a date and must get the result by it.",
              "TIM-01", "{failed} trong {checked} hồ sơ được giải quyết sau ngày hẹn trả.", "{failed} of {checked} dossiers were finished after their due date.", "on_dossier"),
        _rule("step-late", "Bước vượt thời gian quy định", "Step over its time", "", "", "TIM-02",
              "bước «{step}» vượt thời gian quy định ở {failed} trong {checked} lượt thực hiện.", "the step “{step}” took longer than its limit in {failed} of {checked} executions.", "on_event"),
        _rule("apart", "Tách bạch người thẩm định và người phê duyệt", "Appraisal and approval held apart", "Sai sót chỉ được phát hiện khi có người thứ hai xem lại.",
              "Mistakes come to light only where a second person looks.",
              "PRC-04", "ở {failed} trong {checked} hồ sơ, cùng một người vừa thẩm định vừa ký duyệt.", "in {failed} of {checked} dossiers one person both appraised and signed.", "on_dossier"),
        _rule("apology", "Xin lỗi khi quá hạn", "Apology when overdue", "", "", "TIM-03", "{failed} trong {checked} hồ sơ quá hạn không có văn bản xin lỗi.", "{failed} of {checked} overdue dossiers have no letter of apology.", "on_trace"),
        _rule("receipt", "Giấy tiếp nhận và hẹn trả", "Receipt slip", "", "", "INT-01", "{failed} trong {checked} hồ sơ không có giấy tiếp nhận và hẹn trả kết quả.", "{failed} of {checked} dossiers have no receipt slip.", "on_trace"),
    )
}  # fmt: skip


def _requirement(name: str, rule: str, grade: Grade, vi: str, en: str, *cites: Clause) -> Requirement:
    return Requirement(name, rule, cites, grade, title=Text(vi, en))


ISO = "ISO 9001:2015"
DECREE = "NĐ 61/2018/NĐ-CP"
PACKS = (
    Pack("iso-9001-2015", Text("ISO 9001:2015", "ISO 9001:2015"), (
        _requirement("document-control", "version-block", Grade.MINOR, "Quy trình mang số hiệu, lần ban hành, ngày và người soạn thảo, kiểm tra, phê duyệt.", "The procedure carries its number, issue, date and who prepared, checked and approved it.", Clause(ISO, "7.5.2", True), Clause(ISO, "7.5.3", True)),
        _requirement("numbering", "numbering", Grade.OBSERVATION, "Các bước được đánh số liên tục, không trùng.", "Steps are numbered without gaps or doubles.", Clause(ISO, "7.5.2", True)),
        _requirement("apart", "apart", Grade.MINOR, "Người thẩm định hồ sơ không đồng thời là người ký duyệt kết quả.", "Whoever appraises a dossier does not also sign its result.", Clause(ISO, "8.6", True)),
    ), Period(dt.date(2015, 9, 15)), "2015"),
    Pack("vn-one-stop-2018", Text("Quy định về cơ chế một cửa 2018–2025", "One-stop-shop regulations 2018–2025"), (
        _requirement("limit", "time-sum", Grade.MAJOR, "Tổng thời gian của các bước không vượt thời hạn giải quyết của thủ tục.", "The time of all steps stays within the time limit of the procedure.", Clause("TT 01/2018/TT-VPCP", "8", sure=False), Clause(DECREE, "19")),
        _requirement("steps", "mandatory-step", Grade.MAJOR, "Mọi cách đi qua quy trình đều có các bước mà quy định bắt buộc.", "Every run has the steps the regulations ask for.", Clause(DECREE, "17"), Clause(DECREE, "20")),
        _requirement("overdue", "overdue", Grade.MINOR, "Hồ sơ được giải quyết xong không muộn hơn ngày đến hạn.", "A dossier is finished no later than its due date.", Clause(DECREE, "19")),
        _requirement("step-time", "step-late", Grade.OBSERVATION, "Mỗi bước được thực hiện trong thời gian quy định cho bước đó.", "Each step is carried out within its own limit.", Clause("TT 01/2018/TT-VPCP", "")),
        _requirement("apology", "apology", Grade.MAJOR, "Hồ sơ quá hạn được xin lỗi bằng văn bản, nêu lý do và ngày hẹn lại.", "An overdue dossier is apologised for in writing with the reason and a new date.", Clause(DECREE, "19")),
        _requirement("receipt", "receipt", Grade.MINOR, "Mỗi hồ sơ được tiếp nhận đều có giấy tiếp nhận và hẹn trả kết quả.", "Each accepted dossier gets a receipt slip.", Clause(DECREE, "17")),
    ), Period(dt.date(2018, 6, 21), dt.date(2025, 6, 30))),
)  # fmt: skip


def _at(day: int, hour: int = 9, month: int = 3) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, 15, tzinfo=ZONE)


def _dossier(index: int) -> str:
    return f"000.00.12.H62-2003{index:02}-{index:04}"


def _exhibits(count: int) -> tuple[Exhibit, ...]:
    explained = Text(
        "tiếp nhận 05/3/2020, không tính ngày tiếp nhận, 15 ngày làm việc, bỏ qua thứ bảy, chủ nhật; đến hạn 17:00 26/03/2020",
        "received 5 Mar 2020, that day not counted, 15 working days without Saturdays and Sundays; due 17:00 26 Mar 2020",
    )
    return tuple(
        Exhibit(
            _dossier(i),
            {"received_at": _at(5), "due_at": _at(26, 16), "finished_at": _at(28 + i % 3, 10), "late_seconds": 28800 * (1 + i) + 5400}
            | ({"derivation": explained} if i == 1 else {}),
        )  # fmt: skip
        for i in range(1, count + 1)
    )


def _findings() -> tuple[Finding, ...]:
    permit, birth, land = "construction-permit-house@2020-01-01", "birth-linked", "land-use-change"
    place = Place("procedures/construction-permit-house.yaml", 42, 5)
    run = ("receive", "check", "assign", "site-visit", "consult", "draft", "review", "approve", "stamp", "return", "archive")
    many = {"total_seconds": 28800 * 27, "limit": _days(25), "run": tuple(f"s{i}" for i in range(27))}
    return (
        Finding("DEF-STEP-01", "mandatory-step", "steps", Grade.MAJOR, "broken", base_grade=Grade.MAJOR, ground="requirement", facts={"kind": "return_result", "run": ("receive", "decide")}, checked=10, place=Place("procedures/broken.yaml", 1), variant="return_result"),
        Finding("DEF-STEP-01", "mandatory-step", "steps", Grade.MINOR, "broken", base_grade=Grade.MAJOR, ground="breach", facts={"kind": "assign", "run": ("receive", "decide")}, checked=10, place=Place("procedures/broken.yaml", 1), variant="assign"),
        Finding("DEF-TIME-01", "time-sum", "limit", Grade.MAJOR, land, base_grade=Grade.MAJOR, ground="requirement", facts=many, place=Place("procedures/land-use-change.yaml", 7, 3)),
        Finding("DEF-TIME-01", "time-sum", "limit", Grade.MAJOR, permit, "", "approve", base_grade=Grade.MAJOR, ground="requirement", facts={"total_seconds": 28800 * 15 + 21600, "limit": _days(15), "run": run}, place=place),
        Finding("TIM-01", "overdue", "overdue", Grade.MAJOR, permit, "urban", failed=12, checked=80, ground="systemic", exhibits=_exhibits(5)),
        Finding("TIM-03", "apology", "apology", Grade.MAJOR, permit, "urban", failed=9, checked=12, base_grade=Grade.MAJOR, ground="requirement", exhibits=_exhibits(5)),
        Finding("PRC-04", "apart", "apart", Grade.MAJOR, permit, "xuan-mai", "approve", failed=4, checked=31, ground="systemic", exhibits=tuple(Exhibit(e.dossier, {"step_first": "draft", "step_second": "approve", "actor": "NV-07"}) for e in _exhibits(4))),
        Finding("DEF-DOC-02", "version-block", "document-control", Grade.MINOR, "broken", ground="requirement", facts={"missing": ("số hiệu", "lần ban hành", "người phê duyệt")}, place=Place("procedures/broken.yaml", 1)),
        Finding("DEF-DOC-02", "version-block", "document-control", Grade.MINOR, land, ground="requirement", facts={"missing": ("người kiểm tra",)}, place=Place("procedures/land-use-change.yaml", 3)),
        Finding("DEF-DOC-02", "version-block", "document-control", Grade.MINOR, "wide", ground="requirement", facts={"missing": ("người kiểm tra",)}, place=Place("procedures/wide.yaml", 3)),
        Finding("INT-01", "receipt", "receipt", Grade.MINOR, birth, "hoa-lac", "receive", failed=2, checked=340, ground="requirement", exhibits=_exhibits(2)),
        Finding("TIM-01", "overdue", "overdue", Grade.MINOR, birth, "xuan-mai", failed=3, checked=412, ground="requirement", exhibits=_exhibits(3)),
        Finding("DEF-NUM-01", "numbering", "numbering", Grade.OBSERVATION, "broken", base_grade=Grade.OBSERVATION, ground="requirement", place=Place("procedures/broken.yaml", 14)),
        Finding("TIM-02", "step-late", "step-time", Grade.OBSERVATION, permit, "urban", "consult", failed=22, checked=78, base_grade=Grade.OBSERVATION, ground="requirement", exhibits=tuple(Exhibit(e.dossier, {"started_at": _at(6), "finished_at": _at(13, 15), "used_seconds": 28800 * 4 + 9000, "limit": _days(3)}) for e in _exhibits(5))),
        Finding("TIM-02", "step-late", "step-time", Grade.OBSERVATION, permit, "xuan-mai", "review", failed=1, checked=31, base_grade=Grade.OBSERVATION, ground="requirement", exhibits=_exhibits(1)),
        Finding("UNKNOWN-01", "gone", "gone", Grade.OBSERVATION, "no-such-procedure", base_grade=Grade.OBSERVATION, ground="requirement"),
    )  # fmt: skip


def _measures() -> tuple[Measure, ...]:
    made = []
    for procedure, unit, base in (("construction-permit-house@2020-01-01", "urban", 20), ("birth-linked", "xuan-mai", 60), ("birth-linked", "hoa-lac", 45)):
        for month in range(1, 9):
            count = base + (month * 7) % 11
            late = (month * 5) % 4
            pending = 3 if month == 8 else 0
            made.append(Measure(procedure, unit, f"2020-{month:02}", count, count - pending, 5, count - pending - 5 - late - 1, late, pending, 1 if month == 8 else 0, 1))
    return tuple(made)  # fmt: skip


def _tallies() -> tuple[Tally, ...]:
    rows = [Tally(f.code, f.rule, f.requirement, f.procedure, f.unit, f.step, "" if f.on_definition else "2020-03", f.checked, f.failed, 0) for f in _findings()]
    rows += [
        Tally("DEF-ROLE-01", "role", "role", "birth-linked", "", "", "", 40, 0, 2),
        Tally("DEF-TIME-01", "time-sum", "limit", "birth-linked", "", "", "", 6, 0, 0),
        Tally("SUP-01", "supplement", "supplement", "birth-linked", "xuan-mai", "", "2020-03", 20, 0, 61),
        Tally("PRC-01", "mandatory-step", "steps", "birth-linked", "xuan-mai", "", "2020-03", 412, 0, 0),
    ]
    return tuple(rows)


OPEN = (
    OpenItem("PRC-05", "handover", "handover", "", "no-column", count=872, facts={"columns": ("events.actor",)}),
    OpenItem("SUP-01", "supplement", "supplement", "birth-linked", "no-column", count=61, facts={"columns": ("events.document", "events.reason")}),
    OpenItem("DEF-STEP-01", "mandatory-step", "steps", "social-allowance", "printed-table"),
    OpenItem("DEF-STEP-01", "mandatory-step", "steps", "wide", "printed-table"),
)  # fmt: skip


def workspace() -> Workspace:
    week = (((27000, 41400), (46800, 61200)),) * 5 + ((), ())
    settings = Settings(
        office=Text("UBND huyện Yên Lạc", "Yên Lạc district"), parent=Text("Tỉnh Vĩnh Phúc", "Vĩnh Phúc province"),
        place=Text("Yên Lạc", "Yên Lạc"), report_number="15/BC-UBND", audit_date=dt.date(2020, 9, 7),
        period=(dt.date(2020, 1, 2), dt.date(2020, 8, 31)),
        client=Text("Chủ tịch UBND huyện", "Chairman of the district"),
        auditees=(Text("Phòng Quản lý đô thị", "Urban management division"), Text("UBND xã Xuân Mai", "Xuân Mai commune")),
        team=(Text("Văn phòng UBND huyện", "Office of the district"), Text("Phòng Nội vụ", "Home affairs division")),
        participants=(Text("Bộ phận Một cửa", "One-stop desk"),),
        objectives=Text("Xác định quy trình và việc giải quyết hồ sơ có đáp ứng ISO 9001:2015 và quy định về cơ chế một cửa hay không.", "To determine whether procedures and handling meet ISO 9001:2015 and the one-stop regulations."),
        scope=Text("Toàn bộ quy trình nội bộ của huyện và hồ sơ tiếp nhận trong kỳ.", "All internal procedures of the district and the dossiers received in the period."),
        locations=Text("Trụ sở UBND huyện", "District office"), signer=Text("TM. Ủy ban nhân dân\nChủ tịch", "For the committee\nChairman"),
        recipients=(Text("Thường trực Huyện ủy", "Standing committee"), Text("Chủ tịch, các Phó Chủ tịch", "Chairman and deputies"), Text("Các đơn vị được đánh giá", "Auditees")),
        calendar="vn", packs=("iso-9001-2015", "vn-one-stop-2018"),
    )  # fmt: skip
    return Workspace(
        "processes", settings, organisation(), {"vn": Calendar("vn", "Asia/Ho_Chi_Minh", week)}, PACKS,
        (_permit(), _birth(), _allowance(), _long(), _broken(), _wide()),
    )  # fmt: skip


def outcome() -> Outcome:
    refused = (
        Refused("events.csv", 17, "finished_at", "31/02/2020 08:00", "bad-date"),
        Refused("events.csv", 204, "dossier_id", "", "no-dossier"),
        Refused("events.csv", 981, "step", "Chuyển phòng X", "no-step"),
    )
    intake = Intake(
        event_rows=9432, events_kept=9380, events_ignored=31, dossier_rows=880, dossiers_kept=872, dossiers_open=12,
        refused_count=29, refused=refused, refused_reasons={"bad-date": 6, "no-dossier": 11, "no-step": 4},
        unknown_activities={"Chuyển phòng X": 4}, columns=frozenset({"events.step"}),
        first=_at(2, 8, 1), last=_at(31, 16, 8), drawn_up_at=_at(31, 17, 8),
    )  # fmt: skip
    card = RunCard(
        "0.1.0", "c0ffee" * 10 + "abcd", dt.date(2020, 9, 7), 20200907,
        tuple(InputFile(role, name, f"{i:064x}", 1234 * i) for i, (role, name) in enumerate((("settings", "iso-audit.yaml"), ("organisation", "organisation.yaml"), ("procedure", "procedures/construction-permit-house.yaml"), ("log", "dossiers.csv"), ("mapping", "mapping.yaml")), 1)),
        ("iso-9001-2015", "vn-one-stop-2018"), 9,
    )  # fmt: skip
    findings = tuple(sorted(_findings(), key=lambda f: (f.grade.rank, not f.on_definition)))
    executions = {("construction-permit-house@2020-01-01", s.id): 80 for s in _permit().steps if s.id not in ("refuse", "refusal-letter", "apologise")}
    return Outcome(
        card, findings, OPEN, _tallies(), (), intake, _measures(),
        Text("Nhật ký hồ sơ là dữ liệu mô phỏng, không phải hồ sơ có thật.", "The dossier log is synthetic; no such dossiers exist."),
        (Text("Thời điểm bắt đầu của một bước là thời điểm kết thúc bước trước.", "A step starts when the one before it ends."),),
        {("birth-linked", "xuan-mai"): 412}, executions,
    )  # fmt: skip
