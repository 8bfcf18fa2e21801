"""What could not be decided, grouped by the reason why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iso_audit.model.finding import OpenItem
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.rule import Rule
from iso_audit.report.facts import Facts, Told

MOST_NAMED = 4
"""So many procedures are named; beyond that the row says how many there are."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One reason for one question, wherever it arose."""

    reason: str
    code: str
    question: str
    where: str
    count: int


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
        OpenRow(reason, code, question, _where(items, facts), sum(item.count for item in items))
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


def _where(items: list[OpenItem], facts: Facts) -> str:
    names = list(dict.fromkeys(facts.procedure(item.procedure) for item in items if item.procedure))
    if not names:
        return facts.words("open.everywhere")
    if len(names) > MOST_NAMED:
        return facts.words.count("count.procedures", len(names))
    return "; ".join(names)
