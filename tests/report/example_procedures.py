"""Procedures of the example: an ordinary one, a linked one, a long, a wide, a faulty and a clean one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from iso_audit.model.limits import read_limit
from iso_audit.model.organisation import Organisation, Role, Unit
from iso_audit.model.place import Place
from iso_audit.model.procedure import Flow, Join, Limit, LimitGroup, Part, Period, Procedure, Split, Step
from iso_audit.text import Text

PERMIT = """
1 |receive       |Tiếp nhận hồ sơ|Receive the dossier|receive|one-stop-officer|2 wh|check
2 |check         |Kiểm tra thành phần hồ sơ|Check completeness|check|one-stop-officer|2 wh\
|complete:assign incomplete:ask-supplement ineligible:refuse
2a|ask-supplement|Yêu cầu bổ sung hồ sơ|Ask for supplements|request_supplement|one-stop-officer||check
2b|refuse        |Từ chối tiếp nhận|Refuse the dossier|refuse|one-stop-officer||
3 |assign        |Phân công thụ lý|Assign|assign|division-head|4 wh|split
  |split         |||route|||site-visit consult|split
4 |site-visit    |Kiểm tra thực địa|Visit the site|field_check|specialist|4 wd|draft
5 |consult       |Lấy ý kiến phòng Tài nguyên và Môi trường|Consult the environment division|consult\
|env-specialist|3 wd|draft
6 |draft         |Thẩm định, dự thảo giấy phép|Appraise and draft the permit|appraise|specialist|5 wd\
|eligible:review ineligible:refusal-letter|join
6a|refusal-letter|Dự thảo văn bản từ chối|Draft the refusal|draft_result|specialist|1 wd|review
7 |review        |Soát xét dự thảo|Review the draft|review|division-head|1 wd|agreed:approve returned:draft
8 |approve       |Ký duyệt|Approve and sign|approve_sign|chairman|1.5 wd|stamp
9 |stamp         |Lấy số, đóng dấu, chuyển kết quả|Number, stamp, hand over|number_stamp|clerk|2 wh|return
10|return        |Trả kết quả cho người nộp|Return the result|return_result|one-stop-officer||archive
11|archive       |Lưu hồ sơ|File the dossier|archive|specialist||
  |apologise     |Xin lỗi và hẹn lại ngày trả|Apologise and set a new date|apologise|division-head|||anytime
"""
BIRTH = """
1|receive  |Tiếp nhận hồ sơ liên thông|Receive the linked dossier|receive|one-stop-officer|4 wh\
|register|commune
2|register |Đăng ký khai sinh|Register the birth|appraise|justice-officer|3 wh|sign|commune
3|sign     |Ký giấy khai sinh|Sign the birth certificate|approve_sign|chairman|1 wh\
|residence insurance|commune split
4|residence|Đăng ký thường trú|Register the residence|appraise|police-officer|2 wd\
|collect|police
5|insurance|Cấp thẻ bảo hiểm y tế|Issue the health insurance card|appraise|insurance-officer|2 wd\
|collect|insurance
6|collect  |Nhận, trả kết quả|Collect and return the results|return_result|one-stop-officer|||commune join
"""
ALLOWANCE = """
1|receive |Tiếp nhận hồ sơ|Receive|receive|one-stop-officer|4 wh|appraise
2|appraise|Xem xét, niêm yết công khai|Examine and post|appraise|specialist|7 wd|approve
3|approve |Ký quyết định|Sign the decision|approve_sign|chairman|2 wd|return
4|return  |Trả kết quả|Return|return_result|one-stop-officer|4 wh|
"""
BROKEN = """
1|receive|Tiếp nhận|Receive|receive|||decide
2|decide |Quyết định <b>hỗ trợ</b> & "thông báo"|Decide|approve_sign|chairman||decide
4|lost   |Bước không ai đến được|A step nobody reaches|archive|clerk||
"""
LONG_NAMES = (
    "Tiếp nhận", "Kiểm tra", "Phân công", "Thẩm tra hiện trạng sử dụng đất và ranh giới thửa",
    "Trích lục bản đồ", "Xác nhận của khu dân cư", "Niêm yết", "Chuyển thông tin địa chính",
    "Xác định nghĩa vụ tài chính", "Thông báo thuế", "Người dân nộp tiền", "Soát xét",
    "Ký giấy chứng nhận", "Trả kết quả",
)  # fmt: skip
ROLES = {
    "one-stop-officer": ("Công chức Bộ phận Một cửa", "One-stop officer"),
    "division-head": ("Trưởng phòng", "Head of division"),
    "specialist": ("Chuyên viên", "Specialist"),
    "env-specialist": ("Chuyên viên Tài nguyên và Môi trường", "Environment specialist"),
    "chairman": ("Chủ tịch UBND", "Chairman"),
    "clerk": ("Văn thư", "Clerk"),
    "justice-officer": ("Công chức Tư pháp", "Justice officer"),
    "police-officer": ("Công an xã", "Police officer"),
    "insurance-officer": ("Cán bộ BHXH", "Insurance officer"),
    "land-registry-officer": ("Văn phòng Đăng ký đất đai", "Land registry officer"),
    "tax-officer": ("Chi cục Thuế", "Tax officer"),
    "office-reviewer": ("Chuyên viên Văn phòng", "Office reviewer"),
}
UNITS = {
    "urban": ("Phòng Quản lý đô thị", "Urban management division"),
    "xuan-mai": ("UBND xã Xuân Mai", "Xuân Mai commune"),
    "commune-police": ("Công an xã", "Commune police"),
    "social-insurance": ("BHXH huyện", "Social insurance"),
    "hoa-lac": ("UBND xã Hòa Lạc", "Hòa Lạc commune"),
}


def organisation() -> Organisation:
    return Organisation(
        {key: Unit(key, Text(*said)) for key, said in UNITS.items()},
        {key: Role(key, Text(*said)) for key, said in ROLES.items()},
    )


def limit(words: str) -> Limit:
    read = read_limit(words)
    assert read is not None
    return read


def _step(row: str) -> Step:
    """A row: number, id, name in both languages, kind, role, limit, flows and what else holds."""
    no, name, vi, en, kind, role, time, flows, *marks = (cell.strip() for cell in f"{row}".split("|"))
    more = set(" ".join(marks).split())
    aims = [aim.rpartition(":") for aim in flows.split()]
    return Step(
        name,
        Text(vi, en),
        (kind,),
        no,
        role,
        part=next(iter(more - {"split", "join", "anytime"}), ""),
        limit=limit(time) if time else None,
        anytime="anytime" in more,
        split=Split.ALL if "split" in more else Split.ONE,
        join=Join.ALL if "join" in more else Join.ANY,
        flows=tuple(Flow(to, outcome) for outcome, _, to in aims),
    )


def _procedure(
    name: str, rows: Iterable[str], vi: str, en: str, code: str, whole: str, **more: object
) -> Procedure:
    limits = {"default": limit(whole)} if whole else {}
    steps = tuple(_step(row) for row in rows)
    place = Place(f"procedures/{name}.yaml", 1)
    return Procedure(name, steps, Text(vi, en), code=code, limits=limits, place=place, **more)  # type: ignore[arg-type]


def _rows(table: str) -> list[str]:
    return table.strip("\n").splitlines()


def permit() -> Procedure:
    return _procedure(
        "construction-permit-house", _rows(PERMIT), "Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "Building permit for a detached house", "1.009994", "15 wd",
        in_force=Period(dt.date(2020, 1, 1)),
        limit_groups=(LimitGroup(("site-visit", "consult"), limit("7 wd")),),
    )  # fmt: skip


def birth() -> Procedure:
    parts = (
        Part("commune", "xuan-mai", limit("1 wd")),
        Part("police", "commune-police", limit("2 wd")),
        Part("insurance", "social-insurance", limit("2 wd")),
    )
    return _procedure(
        "birth-linked", _rows(BIRTH), "Liên thông khai sinh, thường trú, bảo hiểm y tế",
        "Linked birth registration", "2.002621", "3 wd", parts=parts,
    )  # fmt: skip


def allowance() -> Procedure:
    return _procedure(
        "social-allowance", _rows(ALLOWANCE), "Trợ cấp xã hội hằng tháng",
        "Monthly social allowance", "1.001776", "10 wd",
    )  # fmt: skip


def broken() -> Procedure:
    title = "Quy trình <script>alert(1)</script> lỗi"
    return _procedure("broken", _rows(BROKEN), title, "A faulty procedure", "", "")


def long() -> Procedure:
    """Steps enough for two pages, with a way ahead and a way back across the cut."""
    roles = (
        "one-stop-officer",
        "division-head",
        "specialist",
        "land-registry-officer",
        "tax-officer",
        "chairman",
    )
    ways = {4: "s5 s20", 11: "agreed:s12 returned:s3", 26: ""}
    rows = [
        f"{n + 1}|s{n}|{LONG_NAMES[n % 14]}|Step {n + 1}|other|{roles[n * 7 % 6]}|1 wd"
        f"|{ways.get(n, f's{n + 1}')}"
        for n in range(27)
    ]
    return _procedure(
        "land-use-change", rows, "Chuyển mục đích sử dụng đất", "Change of land use", "1.004227", "25 wd"
    )


def wide() -> Procedure:
    """More roles than an upright page has room for."""
    rows = [
        f"{n + 1}|w{n}|Công việc thứ {n + 1} của cơ quan phối hợp|Work number {n + 1}|other|{role}|0.5 wd"
        f"|{f'w{n + 1}' if n < 8 else ''}"
        for n, role in enumerate(
            role for role in ROLES if role not in ("justice-officer", "insurance-officer")
        )
        if n < 9
    ]
    return _procedure(
        "wide",
        rows,
        "Cấp phép hoạt động cơ sở trợ giúp xã hội",
        "Licence of a care facility",
        "2.000286",
        "15 wd",
    )


def procedures() -> tuple[Procedure, ...]:
    return permit(), birth(), allowance(), long(), broken(), wide()
