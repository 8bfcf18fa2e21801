"""What could not be decided, grouped by the reason why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from iso_audit.model.finding import OpenItem
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.rule import Rule
from iso_audit.report.facts import Facts, Told, alone
from iso_audit.report.words import Words
from iso_audit.text import number

MOST_NAMED = 4
"""So many procedures are named; beyond that the row says how many there are."""
MOST_QUESTIONS = 120
"""Questions that the paper lists by themselves; the screen lists every one."""
MOST_ROWS = 25
"""Rows of one table on paper; what is beyond them is one row more."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One reason for one question, wherever it arose."""

    reason: str
    code: str
    question: str
    where: str
    """The procedures by name where they are few, else how many."""
    count: int
    names: tuple[str, ...] = ()
    """Every procedure, where there are too many for `where`."""


@dataclass(frozen=True, slots=True)
class OpenList:
    """What a page lists of all open questions."""

    tables: tuple[tuple[str, tuple[OpenRow, ...]], ...]
    """(reason, questions that it leaves open)"""
    notice: str = ""
    """How many are listed, and where the others stand; empty where they are all."""


def opened(
    outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], facts: Facts
) -> tuple[OpenRow, ...]:
    """Open items by reason and question, the most frequent reason first."""
    titles = {r.id: r.title.say(facts.lang) for pack in workspace.packs for r in pack.requirements}
    rows: dict[tuple[str, str, str], list[OpenItem]] = {}
    for item in outcome.open_items:
        rule = catalogue.get(item.rule)
        title = (rule.title.say(facts.lang) if rule is not None else "") or titles.get(item.requirement, "")
        rows.setdefault((reason_of(item, facts), item.code, title or item.requirement), []).append(item)
    made = [
        OpenRow(reason, code, question, *_where(items, facts, sum(item.count for item in items)))
        for (reason, code, question), items in rows.items()
    ]
    weight: dict[str, int] = {}
    for row in made:
        weight[row.reason] = weight.get(row.reason, 0) + row.count
    return tuple(sorted(made, key=lambda row: (-weight[row.reason], row.reason, row.code)))


def reason_of(item: OpenItem, facts: Facts) -> str:
    """Why a question stays open, in words."""
    said = facts.words.find(f"reason.{item.reason}")
    if said is None:
        return item.reason
    known = {name: _fact(name, value, item, facts) for name, value in item.facts.items()}
    return said.format_map(Told(known))


def _fact(name: str, value: object, item: OpenItem, facts: Facts) -> str:
    if name == "columns" and isinstance(value, (tuple, list)):
        words = facts.words
        return words.join(words.find(f"column.{one}") or str(one) for one in value)
    return facts.say(name, value, item.procedure)


def _where(items: list[OpenItem], facts: Facts, count: int) -> tuple[str, int, tuple[str, ...]]:
    """Where a question arose, how often, and the names that are too many to stand in a row."""
    names = tuple(dict.fromkeys(facts.procedure(item.procedure) for item in items if item.procedure))
    if not names:
        return facts.words("open.everywhere"), count, ()
    if len(names) > MOST_NAMED:
        return facts.words.count("count.procedures", len(names)), count, names
    return "; ".join(names), count, ()


def open_list(found: Sequence[OpenRow], words: Words, paged: bool) -> OpenList:
    """Every question on the screen; on paper the most frequent of each reason, and the others summed up.

    The reasons for which there is no room are the rows of one last table.
    """
    by_reason = [(reason, tuple(rows)) for reason, rows in groupby(found, key=lambda row: row.reason)]
    if not paged:
        return OpenList(tuple(by_reason))
    made, room = [], MOST_QUESTIONS
    for at, (reason, rows) in enumerate(by_reason):
        if not room:
            others = [
                _summed(words.count("count.questions", len(some)), why, some) for why, some in by_reason[at:]
            ]
            made.append((words("open.other_reasons"), _fitting(others, MOST_ROWS, "open.reasons", words)))
            break
        kept = _fitting(rows, min(MOST_ROWS, room), "open.others", words)
        room = max(room - sum(bool(row.code) for row in kept), 0)
        made.append((reason, kept))
    listed = sum(bool(row.code) for _, rows in made for row in rows)
    left = words.count("count.questions", len(found) - listed)
    notice = words("open.notice", listed=number(listed, words.lang), rest=left)
    return OpenList(tuple(made), notice if listed < len(found) else "")


def _fitting(rows: Sequence[OpenRow], most: int, others: str, words: Words) -> tuple[OpenRow, ...]:
    """The most frequent rows in their order, and one that sums up the others."""
    room = alone(len(rows), most)
    order = sorted(range(len(rows)), key=lambda at: (-rows[at].count, at))
    kept = [rows[at] for at in sorted(order[:room])]
    left = [rows[at] for at in order[room:]]
    return (*kept, _summed("", words.count(others, len(left)), left)) if left else tuple(kept)


def _summed(where: str, said: str, rows: Iterable[OpenRow]) -> OpenRow:
    return OpenRow("", "", said, where, sum(row.count for row in rows))
