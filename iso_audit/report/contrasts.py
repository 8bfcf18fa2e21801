"""Two units or two periods beside each other: what differs for certain, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iso_audit.report.facts import Facts
from iso_audit.report.facts import rate as rate_of
from iso_audit.report.wrapping import WIDE, wrapped
from iso_audit.text import number, percent

if TYPE_CHECKING:
    from iso_audit.judgement.compare import Contrast


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """One question in both groups, in words."""

    verdict: str
    question: str
    procedure: str
    first: str
    second: str
    difference: str
    p_value: str


def rows(found: Sequence[Contrast], titles: Mapping[str, str], facts: Facts) -> tuple[ContrastRow, ...]:
    """Say contrasts; a question is ("on-time", procedure) or (code, requirement, procedure, step)."""
    return tuple(_row(one, titles, facts) for one in found)


def _row(one: Contrast, titles: Mapping[str, str], facts: Facts) -> ContrastRow:
    words, lang = facts.words, facts.lang
    if len(one.question) == 2:
        procedure, said = one.question[1], words("compare.on_time")
    else:
        code, requirement, procedure, step = one.question
        said = f"{code} {titles.get(requirement) or requirement}"
        if step:
            said = words("compare.at_step", said=said, step=facts.step(step, procedure))
    low, high = (percent(round(edge * 1000), 1000, lang) for edge in (one.low, one.high))
    first, second = (
        f"{number(s.part, lang)}/{number(s.whole, lang)} ({rate_of(s.part, s.whole, lang)})"
        for s in (one.first, one.second)
    )
    return ContrastRow(
        words(f"compare.{one.verdict}"),
        said,
        facts.procedure(procedure),
        first,
        second,
        words("compare.between", low=low, high=high),
        _p(one.adjusted, lang),
    )


def _p(value: float, lang: str) -> str:
    if value < 0.001:
        return "< 0,001" if lang == "vi" else "< 0.001"
    said = f"{value:.3f}"
    return said.replace(".", ",") if lang == "vi" else said


def as_text(found: Sequence[ContrastRow], first: str, second: str, facts: Facts) -> str:
    """Differences first, then how many questions cannot be told; for the terminal."""
    words = facts.words
    head = words("compare.heading", first=first, second=second)
    lines = [head, "=" * len(head), ""]
    unsure = words("compare.cannot-tell")
    told = [row for row in found if row.verdict != unsure]
    if not found:
        lines.append(words("compare.nothing"))
    elif not told:
        lines.append(words("compare.alike"))
    for row in told:
        lines += wrapped(f"• {row.procedure}: {row.question}", "", "  ", WIDE)
        said = words(
            "compare.line", verdict=row.verdict, first=row.first, second=row.second,
            difference=row.difference, p=row.p_value,
        )  # fmt: skip
        lines += wrapped(said, "    ", width=WIDE)
    if len(found) > len(told):
        rest = words("compare.rest", n=number(len(found) - len(told), facts.lang))
        lines += ["", *wrapped(rest, width=WIDE)]
    lines += ["", *wrapped(words("compare.method", n=number(len(found), facts.lang)), width=WIDE)]
    return "\n".join(lines)
