"""A mapping proposed for a log: what its columns, words and dates most likely mean, and what is not sure.

Nothing is guessed silently. What is likely carries a doubt that the reader sees; what is not known is
listed and left out.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from iso_audit.exchange.headings import proposed, squeezed
from iso_audit.exchange.step_words import canonical, kinds_of
from iso_audit.model.channel import came_online, channel_named
from iso_audit.model.log import DOSSIER_COLUMNS, EVENT_COLUMNS, STATUSES, TableMapping
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure
from iso_audit.text import Text

MOST_WORDS = 300
"""Different values of a column that are looked at."""
_CLOSE = 0.8
"""Likeness (difflib) from which a name is taken for another one, with a doubt."""
_STATES = (
    "mới đăng ký|registered", "được tiếp nhận|đã tiếp nhận|received",
    "không được tiếp nhận|từ chối tiếp nhận|từ chối|not accepted", "đang xử lý|đang giải quyết|processing",
    "yêu cầu bổ sung giấy tờ|yêu cầu bổ sung|chờ bổ sung|supplement",
    "yêu cầu thực hiện nghĩa vụ tài chính|chờ thực hiện nghĩa vụ tài chính|financial",
    "công dân yêu cầu rút hồ sơ|rút hồ sơ|đã rút|withdrawn", "dừng xử lý|dừng giải quyết|stopped",
    "đã xử lý xong|đã có kết quả|đã giải quyết|finished", "đã trả kết quả|đã trả|returned",
)  # fmt: skip
_DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
_HOURS = ("%H:%M:%S", "%H:%M")
_FORMS = (
    "%Y%m%d%H%M%S", "%Y%m%d", *(f"{day} {hour}" for day in _DAYS for hour in _HOURS),
    *(f"{hour} {day}" for day in _DAYS for hour in _HOURS), *_DAYS,
)  # fmt: skip
_MONTH_FIRST = tuple(form.replace("%d/%m", "%m/%d") for form in _FORMS if "%d/%m" in form)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")


@dataclass(slots=True)
class Proposal:
    """What a mapping would say, with doubts by key (`steps`, `events.role`) and what was not matched."""

    events: TableMapping = field(default_factory=TableMapping)
    dossiers: TableMapping | None = None
    dates: tuple[str, ...] = ()
    procedure: str = ""
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """`steps`, `roles`, `units`, `procedures`, `statuses`, `channels`: value as written -> our name."""
    doubts: dict[tuple[str, str], Text] = field(default_factory=dict)
    """(table, key) -> why a person should look at it."""
    unmatched: dict[str, dict[str, int]] = field(default_factory=dict)
    """Table -> values that answer to nothing of ours, with their counts."""
    varying: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Column that says nothing of a dossier, for it varies -> in how many dossiers, and of how many."""
    unused: tuple[str, ...] = ()
    """Columns that the mapping does not read."""
    missing: tuple[str, ...] = ()
    """Columns of ours that a log must have and this one does not show."""
    strange_dates: tuple[str, ...] = ()


def columns_of(
    columns: Sequence[str], is_events: bool, doubts: dict[tuple[str, str], Text]
) -> dict[str, str]:
    """Our columns -> theirs, by headings; a heading that says more than we look for raises a doubt."""
    found = proposed(columns, is_events)
    table = "events" if is_events else "dossiers"
    for ours, (column, is_sure) in found.items():
        if not is_sure:
            doubts[table, ours] = Text(
                f"cột «{column}» được đoán theo tên", f"column '{column}' was taken by its name alone"
            )
    order = list(EVENT_COLUMNS if is_events else DOSSIER_COLUMNS)
    return {ours: found[ours][0] for ours in sorted(found, key=order.index)}


def formats_of(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The date formats that read the values, values that none reads, and whether the day might be the month.

    ISO 8601 is always read and needs no format.
    """
    left = [value for value in values if not _ISO.match(value)]
    serials = [value for value in left if _SERIAL.fullmatch(value)]
    left = [value for value in left if not _SERIAL.fullmatch(value)]
    day_first, rest = _reading(left, _FORMS)
    month_first, other = _reading(left, (*_FORMS[:2], *_MONTH_FIRST)) if rest else ((), left)
    forms, rest = (month_first, other) if len(other) < len(rest) else (day_first, rest)
    is_open = bool(forms) and bool(left) and all(
        _parsed(value, _MONTH_FIRST) and _parsed(value, _FORMS[2:]) for value in left
    )  # fmt: skip
    return (*forms, *(["excel"] if serials else [])), tuple(rest), is_open


def _reading(values: Sequence[str], forms: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    used, rest = [], list(values)
    for form in forms:
        unread = [value for value in rest if not _parsed(value, (form,))]
        if len(unread) < len(rest):
            used.append(form)
        rest = unread
    return tuple(used), rest


def _parsed(value: str, forms: Iterable[str]) -> bool:
    for form in forms:
        if "%Y%m" in form and len(value) != (14 if "%H" in form else 8):
            continue
        try:
            at = dt.datetime.strptime(value, form)  # noqa: DTZ007 - only whether it can be read
        except ValueError:
            continue
        if 1990 <= at.year < 2100:
            return True
    return False


def names_like(
    words: Mapping[str, int], known: Mapping[str, Sequence[str]], table: str, into: Proposal
) -> None:
    """Match values with names of ours, equal ones first; `known` holds ids with their names."""
    by_name: dict[str, list[str]] = {}
    for ours, names in known.items():
        for name in dict.fromkeys(canonical(name) for name in names if name):
            by_name.setdefault(name, []).append(ours)
    for word, times in words.items():
        if word in known:
            continue
        plain = canonical(word)
        near = _nearest(plain, by_name)
        first = re.split(r"[\s.:)]", plain, maxsplit=1)[0]
        if not near and first in known:
            into.tables.setdefault(table, {})[word] = first
            into.doubts[table, word] = Text("đoán theo mã đứng đầu", "taken by the code it begins with")
            continue
        if not near:
            into.unmatched.setdefault(table, {})[word] = times
            continue
        ids = list(dict.fromkeys(by_name[near[0]]))
        into.tables.setdefault(table, {})[word] = ids[0]
        if len(ids) > 1:
            also = ", ".join(ids[1:6])
            into.doubts[table, word] = Text(f"cũng có thể là: {also}", f"might as well be: {also}")
        elif near[0] != plain:
            into.doubts[table, word] = Text("tên chỉ gần giống", "the name is merely alike")


def _nearest(plain: str, names: Collection[str]) -> list[str]:
    """The name that is the same, else the likest one with the same numbers; nothing where none is like."""
    if plain in names:
        return [plain]
    numbers = re.findall(r"\d+", plain)
    alike = [name for name in names if re.findall(r"\d+", name) == numbers]
    return difflib.get_close_matches(plain, alike, n=1, cutoff=_CLOSE)


def match_steps(words: Mapping[str, int], procedures: Sequence[Procedure], into: Proposal) -> None:
    """Match activities with steps: by id, by name, by likeness, then by the kind of work the words tell."""
    often: Counter[str] = Counter()
    names: dict[str, list[str]] = {}
    kinds: dict[str, Counter[str]] = {}
    for procedure in procedures:
        for step in procedure.steps:
            if "route" in step.kinds:
                continue
            often[step.id] += 1
            names.setdefault(step.id, []).extend((step.name.vi, step.name.en, step.id.replace("-", " ")))
            for kind in step.kinds:
                kinds.setdefault(kind, Counter())[step.id] += 1
    names_like(words, {step: names[step] for step, _ in often.most_common()}, "steps", into)
    for word in list(into.unmatched.get("steps", ())):
        told = [kind for kind in kinds_of(word, "") or kinds_of(word, "one-stop-officer") if kind in kinds]
        if told:
            into.tables.setdefault("steps", {})[word] = kinds[told[0]].most_common(1)[0][0]
            into.doubts["steps", word] = Text(
                "đoán theo loại công việc", "taken by the kind of work it tells"
            )
            del into.unmatched["steps"][word]


def likely_procedures(words: Mapping[str, int], procedures: Sequence[Procedure]) -> list[Procedure]:
    """The procedures whose steps bear most of the names that the activities have, where any does."""
    plain = {canonical(word) for word in words}

    def hits(procedure: Procedure) -> int:
        own = {canonical(name) for s in procedure.steps for name in (s.id, s.name.vi, s.name.en) if name}
        return len(plain & own)

    counts = {procedure.key: hits(procedure) for procedure in procedures}
    most = max(counts.values(), default=0)
    return [procedure for procedure in procedures if most and counts[procedure.key] == most]


def match_people(table: str, words: Mapping[str, int], organisation: Organisation, into: Proposal) -> None:
    """Match `roles` or `units` with those of the organisation."""
    nouns = organisation.roles if table == "roles" else organisation.units
    known = {key: (noun.name.vi, noun.name.en) for key, noun in nouns.items()}
    names_like(words, known, table, into)


def match_statuses(words: Mapping[str, int], into: Proposal) -> None:
    """The ten states, by their codes or by the words that portals print."""
    states = {squeezed(word): STATUSES[n] for n, line in enumerate(_STATES) for word in line.split("|")}
    for word, times in sorted(words.items(), key=lambda item: (len(item[0]), item[0])):
        if word in STATUSES:
            continue
        if word.isdecimal() and 1 <= int(word) <= len(STATUSES):
            into.tables.setdefault("statuses", {})[word] = STATUSES[int(word) - 1]
        elif squeezed(word) in states:
            into.tables.setdefault("statuses", {})[word] = states[squeezed(word)]
        else:
            into.unmatched.setdefault("statuses", {})[word] = times


def match_channels(words: Mapping[str, int], into: Proposal) -> None:
    """Ways of filing, by the words written for them; those that tell nothing are unmatched."""
    for word, times in words.items():
        name = channel_named(word)
        if name and name != word:
            into.tables.setdefault("channels", {})[word] = name
        elif came_online(word) is None:
            into.unmatched.setdefault("channels", {})[word] = times


def receive_step(procedures: Sequence[Procedure]) -> str:
    """The step by which most of the procedures receive; empty where none does."""
    found = Counter(step.id for p in procedures for step in p.steps if "receive" in step.kinds)
    return min(found, key=lambda step: (-found[step], step), default="")


def names_of_procedures(procedures: Sequence[Procedure]) -> dict[str, tuple[str, ...]]:
    """Ids and codes of procedures with the words that lists give them."""
    by_id = {p.id: (p.title.vi, p.title.en, p.code) for p in procedures}
    return {**by_id, **{p.code: () for p in procedures if p.code}}
