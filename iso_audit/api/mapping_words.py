"""What is said of a proposed mapping: in the file itself, and to the person who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iso_audit.api.broken_off import MAPPED, broken_off
from iso_audit.text import LANGUAGES, Text, number

if TYPE_CHECKING:
    from iso_audit.api.values import ProposedMapping

MOST_LISTED, REFUSED_SHOWN = 60, 5


def first(unknown: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent values."""
    return sorted(unknown.items(), key=lambda item: (-item[1], item[0]))[:MOST_LISTED]


def filled(said: Text, facts: Mapping[str, int | str]) -> Text:
    """The words with their facts, in every language."""
    told = (
        {key: number(fact, lang) if isinstance(fact, int) else fact for key, fact in facts.items()}
        for lang in LANGUAGES
    )
    return Text(*map(said.fill, LANGUAGES, told))


def mapping_lines(proposed: ProposedMapping, lang: str) -> list[str]:
    """What a mapping would read, in lines for a person."""
    from iso_audit.engine.refusals import row_reason

    lines = [broken_off(cut, MAPPED, lang) for cut in proposed.cut_off]
    lines += [_ROWS.fill(lang, {"count": len(proposed.rows)})] if proposed.rows else []
    lines += [
        "  " + " | ".join(f"{key}={said}" for key, said in row.items() if said) for row in proposed.rows
    ]
    if proposed.intake is not None:
        read = proposed.intake
        refused = read.event_rows - read.events_kept - read.events_ignored
        facts = {
            "rows": read.event_rows, "kept": read.events_kept, "ignored": read.events_ignored,
            "refused": refused, "dossiers": read.dossiers_kept, "without": read.dossiers_without_procedure,
            "lost": read.refused_count - refused,
        }  # fmt: skip
        counts = (_COUNTS, _DOSSIERS, *((_LOST,) if facts["lost"] else ()))
        lines.append(" ".join(filled(said, facts).say(lang) for said in counts))
        for key, times in read.refused_reasons.items():
            lines.append(f"  {row_reason(key).say(lang)}: {number(times, lang)}")
        lines += [
            f"  {one.file}:{one.row}: {one.column} {one.value!r}" for one in read.refused[:REFUSED_SHOWN]
        ]
        if read.unknown_activities:
            lines.append(_NO_STEP.say(lang))
            lines += [f"  {word}: {number(times, lang)}" for word, times in first(read.unknown_activities)]
    for table, unknown in proposed.unmatched.items():
        if table != "steps" or proposed.intake is None:
            lines.append(UNKNOWN[table].say(lang))
            lines += [f"  {word}: {number(times, lang)}" for word, times in first(unknown)]
    lines += [MISSING.fill(lang, {"column": name}) for name in proposed.missing]
    if proposed.doubts:
        lines.append(_DOUBTS.fill(lang, {"count": number(proposed.doubts, lang)}))
    if proposed.faults:
        lines.append(_NOT_YET.say(lang))
        lines += [f"  {fault.say(lang)}" for fault in proposed.faults]
    return lines


HEAD = Text(
    "Ánh xạ đề xuất cho {log}. Dòng có dấu «# ?» là chỗ suy đoán: hãy xem lại rồi xóa dấu hỏi.\n"
    "Nhật ký lập lúc nào thì ghi thêm: drawn_up_at; không ghi thì lấy ngày đánh giá.",
    "A mapping proposed for {log}. Lines with “# ?” are guesses: check them, then take the mark away.\n"
    "Add drawn_up_at, the moment the log was drawn up; without it the date of the audit counts.",
)
LIST = Text(
    "danh sách chỉ có hồ sơ, không ghi từng bước: mỗi hồ sơ được coi là chỉ có bước tiếp nhận; "
    "hãy chỉ chọn các mã về thời hạn (--select TIM)",
    "a list of dossiers without their steps: each is taken to have been received and no more; "
    "choose the codes about time alone (--select TIM)",
)
DAY_FIRST = Text(
    "mọi ngày đều đọc được cả theo tháng trước; đã chọn ngày trước",
    "every date could also be read month first; day first was chosen",
)
BY_STEPS = Text("đoán theo tên các bước", "taken by the names of its steps")
STRANGE = Text("Ngày giờ không mẫu nào đọc được: {values}", "Dates that no format reads: {values}")
NO_PROCEDURE = Text(
    "procedure: ...   (nhật ký không ghi thủ tục; hãy ghi mã tệp của quy trình)",
    "procedure: ...   (the log names no procedure; write the id of one)",
)
MISSING = Text("Chưa thấy cột cho «{column}».", "No column was found for `{column}`.")
BY_HAND = Text(
    "lập ánh xạ bằng lệnh iso-audit map NHẬT-KÝ -o ÁNH-XẠ.yaml, sửa rồi nêu với --map",
    "make a mapping with iso-audit map LOG -o MAP.yaml, correct it and name it with --map",
)
UNUSED = Text("Cột không dùng: {columns}", "Columns that are not used: {columns}")
NEARLY = Text(
    "ở {several} trong {dossiers} hồ sơ cột «{column}» có nhiều giá trị khác nhau; giá trị đầu được lấy",
    "in {several} of {dossiers} dossiers the column '{column}' has several values; the first one counts",
)
VARYING = Text(
    "Cột có giá trị khác nhau trong cùng một hồ sơ, nên không coi là của hồ sơ: {columns}",
    "Columns whose values differ within a dossier, which are not taken to be about it: {columns}",
)
OF = Text("{column} ({several} trong {all} hồ sơ)", "{column} ({several} of {all} dossiers)")
ONLY_FINISH = Text(
    "start: previous_finish   (bỏ dấu # nếu mỗi bước bắt đầu ngay khi bước trước xong)",
    "start: previous_finish   (uncomment if each step begins when the one before ends)",
)
UNKNOWN = {
    "steps": Text(
        "Công việc chưa khớp với bước nào; ghi vào steps, hoặc vào ignore nếu không phải một bước:",
        "Activities that match no step; put them in steps, or in ignore where they are none:",
    ),
    "roles": Text("Chức danh chưa khớp với vai trò nào (roles):", "Roles that match none of ours (roles):"),
    "units": Text("Đơn vị chưa khớp (units):", "Units that match none of ours (units):"),
    "procedures": Text("Thủ tục chưa khớp (procedures):", "Procedures that match none (procedures):"),
    "channels": Text(
        "Hình thức nộp chưa rõ (channels); chưa biết là trực tuyến hay không:",
        "Ways of filing that are not known (channels), so that nobody can tell whether they are online:",
    ),
    "statuses": Text("Trạng thái chưa khớp (statuses):", "States that match none (statuses):"),
}
_ROWS = Text("{count} hàng đầu, đọc thành:", "The first {count} rows would be read as:")
_COUNTS = Text(
    "Hàng sự kiện: {rows}; nhận {kept}, bỏ qua {ignored}, không dùng được {refused}.",
    "Rows of events: {rows}; kept {kept}, ignored {ignored}, refused {refused}.",
)
_DOSSIERS = Text(
    "Hồ sơ: {dossiers}, trong đó {without} không thuộc quy trình nào.",
    "Dossiers: {dossiers}, of which {without} belong to no procedure.",
)
_LOST = Text(
    "Thông tin về hồ sơ không dùng: {lost} chỗ.", "Entries about dossiers that were not used: {lost}."
)
_NO_STEP = Text(
    "Công việc không thuộc bước nào của quy trình của hồ sơ (số lần):",
    "Activities that are no step of the dossier's procedure (times):",
)
_DOUBTS = Text(
    "Có {count} chỗ suy đoán, đánh dấu «# ?» trong tệp.", "{count} guesses are marked “# ?” in the file."
)
_NOT_YET = Text("Với ánh xạ này chưa đánh giá được:", "With this mapping the log cannot be audited yet:")
