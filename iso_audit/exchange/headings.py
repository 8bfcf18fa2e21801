"""What the headings of offices' lists mean: our column for words as exports of many programs write them.

Headings are compared by their letters and figures alone, without marks, blanks and case, so that
"Mã hồ sơ", "MA HO SO", "MaHoSo" and "ma_ho_so" are one word (domain notes 6.1 and 6.4; XES).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from iso_audit.text import folded

_BOTH = {
    "dossier_id": """mã hồ sơ|số hồ sơ|mã hs|số hs|mã số hồ sơ|số biên nhận|mã biên nhận|số tiếp nhận|
        dossier id|dossier code|dossier|case id|case concept name|ticket id|case|object""",
    "procedure": """mã tthc|mã thủ tục|mã thủ tục hành chính|tên tthc|tên thủ tục|tên thủ tục hành chính|
        thủ tục|tên thủ tục về việc|tên thủ tục/về việc|loại hồ sơ|procedure|procedure code""",
    "unit": """phòng ban xử lý|phòng ban|đơn vị xử lý|đơn vị giải quyết|cơ quan giải quyết|đơn vị|
        cơ quan chủ trì giải quyết|cơ quan chủ trì|phòng chuyên môn|bộ phận|unit|department""",
}
_OF_EVENTS = {
    **_BOTH,
    "step": """công việc|tên công việc|bước|tên bước|bước xử lý|bước công việc|nội dung xử lý|
        nội dung công việc|hành động|thao tác|tác vụ|hoạt động|node name|activity|activity name|task|step|
        concept name|event|type""",
    "actor": """cán bộ xử lý|cán bộ|cán bộ thực hiện|cán bộ thụ lý|người xử lý|người thực hiện|
        chuyên viên xử lý|tài khoản|actor|resource|org resource|user|user receive""",
    "role": "chức danh|chức vụ|vai trò|trách nhiệm|role|org role|org group",
    "started_at": """bắt đầu|ngày bắt đầu|thời gian bắt đầu|thời điểm bắt đầu|giờ bắt đầu|thời gian nhận|
        started at|start|
        start time|start timestamp|from date|ngày chuyển đến|ngày đến""",
    "finished_at": """kết thúc|ngày kết thúc|thời gian kết thúc|thời điểm kết thúc|thời điểm xử lý|
        ngày xử lý|ngày hoàn thành|hoàn thành|thời điểm hoàn thành|thời gian hoàn thành|
        finished at|end|end time|complete time|
        completed at|timestamp|complete timestamp|time timestamp|confirmed on|thời gian xử lý xong|
        thời điểm|time""",
    "document": "số văn bản|số giấy tờ|số phiếu|số ký hiệu|văn bản|document|document no",
    "reason": "lý do|nội dung bổ sung|reason",
    "new_appointed_at": "ngày hẹn lại|hẹn lại|ngày hẹn trả mới|ngày hẹn lại trả kết quả|new appointed at",
}
_OF_DOSSIERS = {
    **_BOTH,
    "dossier_id": f"{_BOTH['dossier_id']}|concept name",
    "case": "trường hợp|case",
    "channel": """hình thức nộp|hình thức|hình thức tiếp nhận|phương thức nhận|phương thức nộp|
        kênh tiếp nhận|cách thức nộp|channel""",
    "received_at": """ngày nhận|ngày tiếp nhận|ngày nhận hồ sơ|nhận hồ sơ|thời gian tiếp nhận|tiếp nhận|
        ngày giờ tiếp nhận|received at|received""",
    "appointed_at": """ngày hẹn trả|hẹn trả|ngày hẹn trả kết quả|hẹn trả kết quả|ngày hẹn|hạn trả|
        hạn trả kết quả|appointed at""",
    "due_at": "hạn xử lý|hạn giải quyết|due at|due date|deadline",
    "finished_at": """ngày kết thúc xử lý|ngày có kết quả|ngày xử lý xong|ngày kết thúc|ngày hoàn thành|
        finished at""",
    "returned_at": "ngày trả|ngày trả kết quả|trả kết quả|thời gian trả kết quả|returned at",
    "status": "trạng thái|trạng thái hồ sơ|tình trạng|tình trạng hồ sơ|status",
}


def squeezed(heading: str) -> str:
    """The letters and figures of a heading, without marks and case."""
    return re.sub(r"[\W_]+", "", folded(heading))


def _known(words: Mapping[str, str]) -> dict[str, str]:
    return {squeezed(word): ours for ours, line in words.items() for word in line.split("|")}


_EVENTS, _DOSSIERS = _known(_OF_EVENTS), _known(_OF_DOSSIERS)
_LEAST = 6
"""Letters that a word must have to be looked for inside a longer heading."""


def is_known(heading: str) -> bool:
    """Whether a heading is one that lists of events or of dossiers have."""
    word = squeezed(heading)
    return word in _EVENTS or word in _DOSSIERS


def proposed(columns: Iterable[str], is_events: bool) -> dict[str, tuple[str, bool]]:
    """Our column -> (the column taken for it, whether its heading says just that).

    A heading that says just what we look for goes before one that merely contains it; among equals the
    order of our words decides, then the order of the columns. Each column is taken once.
    """
    words = _EVENTS if is_events else _DOSSIERS
    order = {word: n for n, word in enumerate(words)}
    claims: list[tuple[bool, int, int, str, str]] = []
    for at, column in enumerate(columns):
        word = squeezed(column.removeprefix("case:") if not is_events else column)
        if word in words:
            claims.append((False, order[word], at, words[word], column))
            continue
        inside = [known for known in words if len(known) >= _LEAST and word.startswith(known)]
        if inside:
            best = max(inside, key=len)
            claims.append((True, order[best], at, words[best], column))
    found: dict[str, tuple[str, bool]] = {}
    taken: set[str] = set()
    for is_loose, _, _, ours, column in sorted(claims):
        if ours not in found and column not in taken:
            found[ours] = column, not is_loose
            taken.add(column)
    return found
