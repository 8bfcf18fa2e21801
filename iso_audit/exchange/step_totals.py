"""Totals of a step table: the limit of the whole, of its parts, and of steps that share a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from iso_audit.exchange.step_rows import Remarks, Row
from iso_audit.exchange.step_times import total_of
from iso_audit.exchange.step_words import canonical, slug
from iso_audit.model.procedure import Limit, LimitGroup, Part, Step, TimeUnit


@dataclass(frozen=True, slots=True)
class PrintedTotal:
    """A row that totals the times above it."""

    label: str
    limit: Limit | None
    after: str
    """Id of the last step above it."""


def parted(
    rows: Sequence[Row], steps: list[Step], unit: TimeUnit | None
) -> tuple[list[Step], tuple[PrintedTotal, ...], tuple[Part, ...]]:
    """Totals in order, and the parts that subtotals close; a grand total closes none."""
    totals: list[PrintedTotal] = []
    count = 0
    ends: list[int] = []
    for row in rows:
        if row.total:
            totals.append(
                PrintedTotal(row.total, total_of(row.time, unit), steps[count - 1].id if count else "")
            )
            ends.append(count)
        else:
            count += 1
    if len(totals) < 2:
        return steps, tuple(totals), ()
    parts: list[Part] = []
    begin = 0
    for total, end in zip(totals, ends, strict=True):
        if end > begin and (total is not totals[-1] or _names_a_place(total.label)):
            part_id = slug(_names_a_place(total.label)) or "phan"
            if part_id == "phan" or any(part.id == part_id for part in parts):
                part_id = f"{part_id}-{len(parts) + 1}"
            parts.append(Part(part_id, limit=total.limit))
            steps[begin:end] = [replace(step, part=part_id) for step in steps[begin:end]]
            begin = end
    return steps, tuple(totals), tuple(parts)


def _names_a_place(label: str) -> str:
    """The office that a subtotal is for ("ở cấp xã"), empty for a grand total."""
    match = re.search(
        r"\b(?:o|tai|cua) ((?:cap|so|ubnd|phong|van phong|chi nhanh)\b[^:]*?)(?: la)? ?:?$", canonical(label)
    )
    return match[1] if match else ""


def whole_limit(
    text: str,
    totals: Sequence[PrintedTotal],
    parts: Sequence[Part],
    unit: TimeUnit | None,
    remarks: Remarks,
) -> Limit | None:
    """The limit of the whole: the caller's, else the grand total's."""
    grand = next((t for t in reversed(totals) if not (parts and _names_a_place(t.label))), None)
    printed = grand.limit if grand is not None else None
    if not text:
        return printed
    given = total_of(text, unit)
    if given is not None and printed is not None and given.nominal_seconds != printed.nominal_seconds:
        vi = f"tổng in dưới bảng là {printed.printed}, thời hạn được cho là {given.printed}"
        en = f"the total below the table is {printed.printed}, the limit given is {given.printed}"
        remarks.taken(0, -1, vi, en)
    return given or printed


def grouped(rows: Sequence[Row], steps: list[Step]) -> tuple[list[Step], tuple[LimitGroup, ...]]:
    """Give one limit to all steps that share a time cell."""
    sharing: dict[int, list[int]] = {}
    for index, row in enumerate(row for row in rows if not row.total):
        if row.time_from >= 0:
            sharing.setdefault(row.time_from, []).append(index)
    groups = []
    for members in sharing.values():
        limit = steps[members[0]].limit
        if len(members) > 1 and limit is not None:
            groups.append(LimitGroup(tuple(steps[i].id for i in members), limit, limit.place))
            for i in members:
                steps[i] = replace(steps[i], limit=None)
    return steps, tuple(groups)
