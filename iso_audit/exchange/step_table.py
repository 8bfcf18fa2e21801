"""Turns an office's printed step table into a procedure, and says what it could not read.

    table -> head -> rows (steps, totals, headings) -> steps, limits, parts, flows -> Procedure

A printed table is a chain; what is told only in words (a jump back, a branch for an incomplete
file) is drawn where it is certain and listed otherwise. Printed numbers stay as printed, also
where they contradict each other: judging them is the audit's work, not the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from iso_audit.errors import Fault
from iso_audit.exchange.refusals import refusal
from iso_audit.exchange.sheets import Table, read_table
from iso_audit.exchange.step_flows import with_flows
from iso_audit.exchange.step_head import ROLE, TIME, WORK, Head, find_head
from iso_audit.exchange.step_rows import Remarks, Row, rows_of
from iso_audit.exchange.step_times import cutoff_in, limit_of, stated_in
from iso_audit.exchange.step_totals import PrintedTotal, grouped, parted, whole_limit
from iso_audit.exchange.step_words import canonical, items_in, kinds_of, offices_in, role_of, slug, submits_to
from iso_audit.model.limits import unit_in
from iso_audit.model.place import Place
from iso_audit.model.procedure import Decision, Limit, Period, Procedure, Step, TimeUnit
from iso_audit.text import Text

MOST_ROWS = 2_000
"""The longest printed procedure has fewer than a hundred."""

_LEVELS = (("tỉnh", "province"), ("huyện", "district"), ("xã", "commune"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands above or beside a table, where the caller knows it."""

    id: str = ""
    code: str = ""
    title: Text = Text()
    level: str = ""
    """As printed ("tỉnh", "xã") or as in a procedure file ("province", "commune")."""
    total: str = ""
    """The whole limit as printed; beats the total row, which may hold the total of several tables."""
    time_header: str = ""
    """Title of the time column as printed, where the table at hand lost it."""
    decision: Decision | None = None

    @classmethod
    def named(cls, words: Mapping[str, str]) -> Facts:
        """Facts by name (`id`, `code`, `title`, `level`, `total`, `time_header`), as a person types them."""
        own_id, code, level, total, time_header, title = (
            words.get(name, "") for name in ("id", "code", "level", "total", "time_header", "title")
        )
        return cls(own_id, code, Text(title), level, total, time_header)


@dataclass(frozen=True, slots=True)
class StepTable:
    """A procedure read from a table, with all that a person should look at."""

    procedure: Procedure
    unread: tuple[Fault, ...]
    """What yielded nothing, with row and column."""
    assumed: tuple[Fault, ...]
    """What was read by an assumption, with row and column."""
    totals: tuple[PrintedTotal, ...] = ()


def read_steps(source: Table | Path | str, facts: Facts | Mapping[str, str] = Facts()) -> StepTable:
    """Read a step table; raises InputError where there is none."""
    facts = facts if isinstance(facts, Facts) else Facts.named(facts)
    table = source if isinstance(source, Table) else read_table(source)
    head = find_head(table.rows)
    if head is None:
        raise refusal("no-head", table.name)
    if sum(map(any, table.rows)) > MOST_ROWS:
        raise refusal("many-steps", table.name, most=MOST_ROWS)
    remarks = Remarks(table.name)
    _note_table(table, head, remarks)
    rows = rows_of(table, head, remarks)
    facts = _completed(facts, table, head)
    head_of_time = facts.time_header or head.titles[TIME]
    unit = unit_in(head_of_time)
    _note_unit(rows, unit, head, table, remarks)
    steps = _steps([row for row in rows if not row.total], head, facts, unit, remarks)
    if not steps:
        raise refusal("no-step", table.name, table.lines[head.row])
    steps, totals, parts = parted(rows, steps, unit)
    limit = whole_limit(facts.total, totals, parts, unit, remarks)
    steps, groups = grouped(rows, steps)
    cutoff = next(filter(None, (cutoff_in(step.name.vi) for step in steps)), None)
    procedure = Procedure(
        facts.id,
        with_flows(steps, remarks, head.columns.get(WORK, 0)),
        facts.title,
        facts.code,
        facts.level,
        limits={"default": limit} if limit is not None else {},
        in_force=Period(facts.decision.date if facts.decision is not None else None),
        limit_groups=groups,
        parts=parts,
        extent="steps",
        time_header=head_of_time if unit is not None else "",
        cutoff=cutoff,
        cutoff_effect="none" if cutoff is None else "handover",
        decision=facts.decision,
        place=Place(table.name),
    )
    return StepTable(procedure, _in_order(remarks.unread), _in_order(remarks.assumed), totals)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))


def _note_table(table: Table, head: Head, remarks: Remarks) -> None:
    """Say what of the file was converted or left aside before any row was read."""
    line = table.lines[head.row]
    if table.encoding:
        remarks.taken(
            0, -1, f"chữ được đổi từ bảng mã {table.encoding}", f"letters converted from {table.encoding}"
        )
    for name in table.other_sheets:
        remarks.not_read(0, -1, f"trang tính khác: «{name}»", f'another sheet: "{name}"')
    for column in head.unread:
        title = " ".join(table.rows[head.row][column].split())
        remarks.not_read(line, column, f"cột «{title}»", f'the column "{title}"')


def _note_unit(
    rows: Sequence[Row], unit: TimeUnit | None, head: Head, table: Table, remarks: Remarks
) -> None:
    """Say where the head of the column settles what the cells leave open."""
    times = [canonical(row.time) for row in rows if row.time]
    if unit is TimeUnit.WORKING_DAY and any(re.search(r"\bngay\b(?! lam viec)", time) for time in times):
        vi = "ô ghi «ngày», tiêu đề cột ghi «ngày làm việc»: đọc là ngày làm việc"
        en = 'the cells say "ngày", the head of the column "ngày làm việc": read as working days'
    elif unit is not None and any(re.fullmatch(r"[0-9.,/]+", time) for time in times):
        vi, en = "ô chỉ ghi số: đơn vị lấy ở tiêu đề cột", "bare numbers: their unit is that of the head"
    elif unit is None and any(re.search(r"\bgio\b(?! (?:lam viec|hanh chinh))", time) for time in times):
        vi, en = "«giờ» được hiểu là giờ làm việc", '"giờ" is read as working hours'
    else:
        return
    remarks.taken(table.lines[head.row], head.columns[TIME], vi, en)


def _completed(facts: Facts, table: Table, head: Head) -> Facts:
    """Take code and title from the lines above the table where the caller does not give them."""
    above = [cell for row in table.rows[: head.row] for cell in row if cell]
    code = facts.code or next(
        (m[0] for m in (re.search(r"\b[1-3]\.\d{6}\b", cell) for cell in above) if m), ""
    )
    title = facts.title
    if not title.say("vi"):
        named = (re.match(r"(?:ten )?(?:thu tuc|tthc|quy trinh)\b", canonical(cell)) for cell in above)
        first = next((cell for cell, match in zip(above, named, strict=True) if match), "")
        title = Text(vi=re.sub(r"^\s*tên[^:]*:\s*", "", first, flags=re.I))
    level = facts.level
    if any(vi in level for vi, _ in _LEVELS):
        level = "+".join(en for vi, en in _LEVELS if vi in level)
    own_id = facts.id or slug(Path(table.name).stem)
    return replace(facts, id=own_id, code=code, title=title, level=level)


def _steps(
    rows: Sequence[Row], head: Head, facts: Facts, unit: TimeUnit | None, remarks: Remarks
) -> list[Step]:
    taken: set[str] = set()
    last = ""
    steps = []
    for index, row in enumerate(rows):
        last = row.number or last
        step_id = _free(f"b{slug(last)}" if slug(last) else f"b{index + 1}", taken)
        role, is_usual = role_of(row.role, facts.level, row.work)
        _note_role(row, role, is_usual, head.columns.get(ROLE, 0), remarks)
        work = row.work or row.role
        kinds = kinds_of(work, role, row.role, is_first=index == 0)
        if not kinds:
            column = head.columns.get(WORK, 0)
            remarks.not_read(
                row.line, column, "không nhận ra loại công việc", "the kind of work is not recognised"
            )
        later = [other.work for other in rows[index + 1 :]]
        sentence = "" if role and len(row.role.split()) <= 15 else row.role
        steps.append(
            Step(
                step_id,
                Text(vi=re.sub(r"^[-+•] ", "", " ".join(work.split()))),
                kinds or ("other",),
                row.number,
                role,
                limit=_own_limit(row, head, unit, remarks),
                stated_limit=stated_in(f"{row.work} {sentence}"),
                records=tuple(items_in(row.records)),
                submits_to=submits_to(work, later, facts.level),
                place=Place(remarks.file, row.line, head.columns.get(WORK, 0) + 1),
            )
        )
    return steps


def _free(wanted: str, taken: set[str]) -> str:
    """An id that no step has yet: a printed number may occur twice, or not at all."""
    free, count = wanted, 1
    while free in taken:
        count += 1
        free = f"{wanted}-{count}"
    taken.add(free)
    return free


def _note_role(row: Row, role: str, is_usual: bool, column: int, remarks: Remarks) -> None:
    if not row.role:
        remarks.not_read(row.line, column, "không ghi trách nhiệm", "no responsibility is given")
    elif not role:
        remarks.not_read(
            row.line, column, "ô trách nhiệm không nêu một vai trò", "the cell names no single role"
        )
    elif not is_usual:
        remarks.not_read(
            row.line,
            column,
            f"vai trò chưa biết, ghi tạm là '{role}'",
            f"an unknown role, written as '{role}'",
        )
    elif len({role_of(office)[0] for office in offices_in(row.role)}) > 1:
        remarks.taken(row.line, column, "nhiều đơn vị: lấy đơn vị đầu", "several offices: the first is taken")


def _own_limit(row: Row, head: Head, unit: TimeUnit | None, remarks: Remarks) -> Limit | None:
    """The limit in a row's time cell (its own or a merged one)."""
    column = head.columns[TIME]
    if not row.time:
        remarks.not_read(row.line, column, "không ghi thời gian", "no time is given")
        return None
    limit = limit_of(row.time, unit)
    if limit is None:
        remarks.not_read(
            row.line, column, f"không hiểu thời gian «{row.time}»", f'the time "{row.time}" is not understood'
        )
        return None
    if limit.value is None:
        remarks.not_read(
            row.line, column, "thời gian bằng chữ, không có số", "a time in words without a number"
        )
    return replace(limit, place=Place(remarks.file, row.line, column + 1))
