"""The words of faults that several kinds of files share."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iso_audit.text import Text, did_you_mean

Path = tuple[str | int, ...]
"""Keys and indices that lead to a value."""


def missing(name: str) -> Text:
    """Words for a required key that is not there."""
    return Text(vi=f"thiếu mục bắt buộc '{name}'", en=f"required key '{name}' is missing")


def unknown_key(name: str, known: Iterable[str]) -> tuple[Text, Text | None]:
    """Words and hint for a key that the format does not have."""
    return (
        Text(vi=f"định dạng này không có mục '{name}'", en=f"unknown key '{name}'"),
        did_you_mean(name, known),
    )


def not_one_of(value: object, known: Sequence[str]) -> tuple[Text, Text | None]:
    """Words and hint for a word outside of a closed list."""
    shown = shorten(value)
    few = f": {', '.join(known)}" if 0 < len(known) < 12 else ""
    return (
        Text(vi=f"không dùng được '{shown}' ở đây{few}", en=f"'{shown}' is not known here{few}"),
        did_you_mean(shown, known),
    )


def not_an_id(name: object) -> Text:
    """Words for a name that nothing could refer to."""
    shown = shorten(name)
    return Text(
        vi=f"'{shown}' không dùng làm tên gọi được: chỉ gồm chữ, số, '-', '_' và '.'",
        en=f"'{shown}' cannot be a name: only letters, digits, '-', '_' and '.'",
    )


def shorten(value: object) -> str:
    """Return a value for a message: short and on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def thing(value: object) -> Text:
    """Name what kind of value was written."""
    for kinds, name in _THINGS:
        if isinstance(value, kinds):
            return name
    return Text(vi="nội dung trống", en="nothing")


def spoken(kind: str, name: str, value: object, facts: Mapping[str, Any]) -> tuple[Text, Text | None]:
    """Words and hint for one kind of fault in the value of the key `name`.

    A number as name means an entry of a list, none the whole file.
    """
    if kind == "choice":
        return not_one_of(value, facts["known"])
    if kind == "id":
        return not_an_id(value), None
    if kind in ("zone", "encoding"):
        known = zoneinfo.available_timezones() - {value} if kind == "zone" else _ENCODINGS
        return _filled(_SAID[kind], {"value": shorten(value)}), did_you_mean(str(value), known)
    if kind in _SAID:
        told = {"name": name, **facts, "value": shorten(value)}
        return _filled(_SAID[kind], told), _filled(_HINTS[kind], told) if kind in _HINTS else None
    expected, found = _EXPECTED.get(kind, _RIGHT), thing(value)
    name_vi, name_en = (f"'{name}'", f"'{name}'") if name else ("tệp", "the file")
    if name.isdigit():
        name_vi, name_en = f"mục thứ {name}", f"entry {name}"
    what = Text(
        vi=f"{name_vi} phải là {expected.vi}, không phải {found.vi}",
        en=f"{name_en} must be {expected.en}, not {found.en}",
    )
    return what, _TRUE_FALSE if kind == "bool_type" and isinstance(value, str) else None


def _filled(said: Text, facts: Mapping[str, object]) -> Text:
    return Text(vi=said.fill("vi", facts), en=said.fill("en", facts))


_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1258", "cp1252", "latin-1", "tcvn3", "vni")
_THINGS: tuple[tuple[type | tuple[type, ...], Text], ...] = (
    (bool, Text(vi="giá trị đúng/sai", en="true or false")),
    (int, Text(vi="một số", en="a number")),
    (float, Text(vi="một số có phần lẻ", en="a number with decimals")),
    (str, Text(vi="chữ", en="text")),
    (list, Text(vi="một danh sách", en="a list")),
    (dict, Text(vi="một nhóm mục con", en="a mapping of keys")),
)
_RIGHT = Text(vi="nội dung đúng định dạng", en="of the right form")
_EXPECTED: Mapping[str, Text] = {
    "a_text": Text(vi="chữ", en="text"),
    "a_number": Text(vi="một số", en="a number"),
    "bool_type": Text(vi="true hoặc false", en="true or false"),
    "int_type": Text(vi="một số nguyên", en="a whole number"),
    "list_type": Text(vi="một danh sách", en="a list"),
    "dict_type": Text(vi="một nhóm mục con", en="a mapping of keys"),
    "model_type": Text(vi="một nhóm mục con", en="a mapping of keys"),
    "model_attributes_type": Text(vi="một nhóm mục con", en="a mapping of keys"),
}
_SAID: Mapping[str, Text] = {
    "words": Text(
        vi="'{name}' phải là chữ, hoặc {{vi: ..., en: ...}}",
        en="'{name}' must be text, or {{vi: ..., en: ...}}",
    ),
    "day": Text(
        vi="'{value}' không phải là ngày viết đúng dạng", en="'{value}' is not a day in the right form"
    ),
    "no_such_day": Text(vi="không có ngày '{value}' trong lịch", en="there is no day '{value}'"),
    "time_of_day": Text(vi="'{value}' không phải là giờ viết đúng dạng", en="'{value}' is not a time of day"),
    "limit": Text(vi="không hiểu thời hạn '{value}'", en="the time limit '{value}' is not understood"),
    "backwards": Text(
        vi="ngày cuối {value} đứng trước ngày đầu {first}",
        en="the last day {value} is before the first day {first}",
    ),
    "greater_than_equal": Text(vi="'{name}' phải từ {ge} trở lên", en="'{name}' must be {ge} or more"),
    "article_and_clause": Text(
        vi="chỉ viết 'article' (điều luật) hoặc 'clause' (mục tiêu chuẩn)",
        en="write either 'article' (of a law) or 'clause' (of a standard)",
    ),
    "span": Text(vi="'{value}' không phải là khoảng giờ", en="'{value}' is not a span of hours"),
    "span_backwards": Text(
        vi="khoảng giờ '{value}' kết thúc trước khi bắt đầu", en="the span '{value}' ends before it begins"
    ),
    "spans_overlap": Text(
        vi="các khoảng giờ của '{name}' chồng lên nhau hoặc sai thứ tự",
        en="the spans of '{name}' overlap or are out of order",
    ),
    "date_or_range": Text(vi="viết 'date', hoặc 'from' và 'to'", en="write 'date', or 'from' and 'to'"),
    "half_range": Text(vi="khoảng ngày cần cả 'from' và 'to'", en="a range needs both 'from' and 'to'"),
    "long_range": Text(
        vi="khoảng ngày nghỉ đến {value} dài hơn một năm",
        en="the days off up to {value} are longer than a year",
    ),
    "as_and_hours": Text(vi="chỉ viết 'as' hoặc 'hours'", en="write either 'as' or 'hours'"),
    "zone": Text(vi="không có múi giờ '{value}'", en="there is no time zone '{value}'"),
    "encoding": Text(vi="không có bảng mã '{value}'", en="there is no encoding '{value}'"),
    "sign": Text(vi="'{name}' phải là một ký tự", en="'{name}' must be one character"),
    "moment": Text(vi="'{value}' không phải là thời điểm", en="'{value}' is not a moment"),
    "pattern": Text(
        vi="'{value}' không phải là biểu thức chính quy đúng (sai ở ký tự thứ {at})",
        en="'{value}' is not a regular expression (the fault is at character {at})",
    ),
    "pattern_beyond": Text(
        vi="biểu thức '{value}' dùng dấu '{sign}', ở đây không dùng được",
        en="the pattern '{value}' uses '{sign}', which cannot be used here",
    ),
    "other_age": Text(
        vi="'{value}' nằm ngoài các năm từ {first} đến {last}",
        en="'{value}' is not in the years {first} to {last}",
    ),
    "share": Text(
        vi="'{name}' phải là một số từ 0 đến 1, không phải '{value}'",
        en="'{name}' must be a number from 0 to 1, not '{value}'",
    ),
    "pattern_groups": Text(
        vi="biểu thức '{value}' phải có đúng một nhóm (...), không phải {groups}",
        en="the pattern '{value}' must have exactly one group (...), not {groups}",
    ),
    "curly": Text(
        vi="'{name}' viết trong dấu ngoặc kép cong: {value}", en="'{name}' stands in curly quotes: {value}"
    ),
    "too_short": Text(vi="'{name}' không được để trống", en="'{name}' may not be empty"),
    "amount": Text(
        vi="'{value}' không phải là khoảng thời gian có đơn vị", en="'{value}' is not a time with its unit"
    ),
    "negative": Text(vi="'{value}': thời gian không thể âm", en="'{value}': a time cannot be negative"),
    "whole_days": Text(
        vi="'{value}' không phải là số ngày chẵn, ví dụ 20 d", en="'{value}' is no whole number of days: 20 d"
    ),
    "long_amount": Text(vi="'{value}' dài hơn mười năm", en="'{value}' is longer than ten years"),
    "percent": Text(vi="'{value}' không phải là tỷ lệ phần trăm", en="'{value}' is not a percentage"),
    "percent_range": Text(
        vi="'{value}' không nằm trong khoảng từ 0% đến {most}", en="'{value}' is not between 0% and {most}"
    ),
    "points": Text(
        vi="'{value}' không phải là số điểm phần trăm", en="'{value}' is no number of percentage points"
    ),
    "dotted": Text(
        vi="'{value}' có thể hiểu là hai số khác nhau", en="'{value}' can be read as two different numbers"
    ),
    "number_range": Text(
        vi="'{name}' phải là số từ {low} đến {high}, không phải {value}",
        en="'{name}' must be a number from {low} to {high}, not {value}",
    ),
    "one_shape": Text(
        vi="phải nêu đúng một dạng thời gian: {known}", en="exactly one form of a time is needed: {known}"
    ),
    "so_many": Text(
        vi="'{name}' phải có đúng {count} mốc thời gian", en="'{name}' must hold exactly {count} times"
    ),
    "rising": Text(vi="các mốc thời gian của '{name}' phải tăng dần", en="the times of '{name}' must rise"),
    "mixed_units": Text(
        vi="không trộn giờ làm việc (min, wh, wd) với giờ đồng hồ (h, d)",
        en="working time (min, wh, wd) and clock time (h, d) cannot be mixed",
    ),
    "no_time": Text(vi="thời gian trung bình phải lớn hơn 0", en="the mean must be more than nothing"),
    "no_spread": Text(
        vi="'sd' phải lớn hơn 0 và không quá 10 lần 'mean'",
        en="'sd' must be more than nothing and at most 10 times 'mean'",
    ),
    "weekdays": Text(
        vi="'{value}' không phải là ngày hoặc khoảng ngày trong tuần",
        en="'{value}' is no day of the week, nor a span of them",
    ),
    "day_twice": Text(vi="ngày '{value}' nêu hai lần", en="the day '{value}' is given twice"),
    "hour_of_day": Text(vi="'{value}' không phải là giờ từ 0 đến 23", en="'{value}' is no hour from 0 to 23"),
    "no_weight": Text(vi="các trọng số của '{name}' đều bằng 0", en="all weights of '{name}' are 0"),
    "twelve": Text(
        vi="'by_month' phải có 12 trọng số, từ tháng 1", en="'by_month' must hold 12 weights, January first"
    ),
    "at_or_size": Text(
        vi="cần 'at' (các giờ trong ngày) hoặc 'size' (số hồ sơ)",
        en="'at' (times of day) or 'size' (a number of dossiers) is needed",
    ),
    "hours_or_calendar": Text(vi="chỉ viết 'hours' hoặc 'calendar'", en="write either 'hours' or 'calendar'"),
    "outside": Text(
        vi="'{value}' không dùng được ở đây: số người, hoặc outside (cơ quan khác)",
        en="'{value}' is not known here: a number of people, or outside (another body)",
    ),
    "one_change": Text(
        vi="mỗi thay đổi phải nêu đúng một loại: {known}",
        en="each change names exactly one kind: {known}",
    ),
    "not_of_change": Text(
        vi="'{key}' không dùng cùng '{change}'", en="'{key}' does not go together with '{change}'"
    ),
    "change_needs": Text(vi="'{change}' cần thêm '{key}'", en="'{change}' needs '{key}' as well"),
    "so_many_steps": Text(vi="'{change}' cần {count} bước", en="'{change}' needs {count} steps"),
    "staff_change": Text(
        vi="'{value}' chưa rõ là thêm hay là tổng số",
        en="'{value}': is it added, or is it the number in all?",
    ),
}
_TRUE_FALSE = Text(vi="viết true hoặc false", en="write true or false")
_HINTS: Mapping[str, Text] = {
    "amount": Text(
        vi="ví dụ 45 min (phút), 2 wh (giờ làm việc), 3 wd (ngày làm việc), 48 h (giờ), 5 d (ngày)",
        en="such as 45 min, 2 wh (working hours), 3 wd (working days), 48 h (hours), 5 d (days)",
    ),
    "percent": Text(vi="ví dụ 15%", en="such as 15%"),
    "points": Text(vi="ví dụ 0.5 pp", en="such as 0.5 pp"),
    "dotted": Text(vi="viết liền: {bare}", en="write {bare}"),
    "weekdays": Text(vi="ví dụ mon, mon-fri", en="such as mon, or mon-fri"),
    "staff_change": Text(
        vi="viết +1 hoặc -1 để thêm bớt, {{people: 3}} để nêu tổng số",
        en="write +1 or -1 to add or take away, {{people: 3}} for the number in all",
    ),
    "curly": Text(
        vi='dùng dấu ngoặc thẳng: "{bare}", hoặc bỏ dấu ngoặc', en='use straight quotes: "{bare}", or none'
    ),
    "moment": Text(vi="ví dụ 2026-02-03T17:00:00+07:00", en="such as 2026-02-03T17:00:00+07:00"),
    "span": Text(vi="ví dụ 07:30-11:30", en="such as 07:30-11:30"),
    "day": Text(vi="viết năm-tháng-ngày, ví dụ 2026-02-03", en="write year-month-day, such as 2026-02-03"),
    "time_of_day": Text(vi="ví dụ 07:30", en="such as 07:30"),
    "limit": Text(
        vi="viết 15 wd cho ngày làm việc, 4 wh cho giờ làm việc, 30 d cho ngày, 24 h cho giờ",
        en="write 15 wd for working days, 4 wh for working hours, 30 d for calendar days, 24 h for hours",
    ),
}
