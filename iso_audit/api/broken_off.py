"""What is said of a packed log that breaks off: how much of it was read, and what that does to the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, number

if TYPE_CHECKING:
    from iso_audit.model.log import CutOff, Intake

_READ = Text(
    vi="CHÚ Ý: tệp {file} bị cắt giữa chừng, chỉ đọc được {rows} hàng đầu ({bytes} byte sau khi giải nén).",
    en="WARNING: {file} breaks off; only its first {rows} rows ({bytes} bytes unpacked) could be read.",
)
AUDITED = Text(
    vi="Chỉ các hồ sơ đã đọc trọn được đánh giá; đây không phải là kết quả của toàn bộ nhật ký.",
    en="Only dossiers that were read whole are judged; this is not the result of the whole log.",
)
MAPPED = Text(
    vi="Cột, công việc và tên gọi chỉ được tìm trong phần đó; phần bị mất có thể còn tên gọi khác.",
    en="Columns, activities and names were looked for in that part; the lost one may hold others.",
)
PROPOSED = Text(
    vi="Quy trình chỉ lập từ các hồ sơ đã đọc trọn; đây không phải là cách xử lý của toàn bộ nhật ký.",
    en="Only dossiers that were read whole were looked at; this is not how the whole log was handled.",
)
_NO_NUMBERS = Text(
    vi="tệp nén bị cắt giữa chừng: phần còn lại đủ để xét từng hồ sơ, nhưng không đủ để so sánh hay lấy số "
    "liệu; hãy lấy lại tệp đầy đủ",
    en="the packed file breaks off: what is left will do to judge single dossiers, but not to compare or to "
    "take numbers from; fetch the whole file",
)


def broken_off(cut: CutOff, result: Text, lang: str) -> str:
    """The warning that a log breaks off, with what is true of the `result` (`AUDITED`, ...)."""
    counts = {"rows": number(cut.rows, lang), "bytes": number(cut.size_bytes, lang)}
    return f"{_READ.fill(lang, {'file': cut.file, **counts})} {result.say(lang)}"


def refuse_broken_off(intake: Intake | None) -> None:
    """Refuse a log of which the end is lost where numbers of the whole are wanted.

    Raises:
        InputError: it breaks off.
    """
    if intake is not None and intake.cut_off is not None:
        raise InputError([Fault(_NO_NUMBERS, intake.cut_off.file)])
