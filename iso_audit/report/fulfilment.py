"""To what degree the criteria are fulfilled: requirements met, checks that conform, dossiers on time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from iso_audit.model.finding import Grade, Tally
from iso_audit.model.measure import Measure
from iso_audit.model.outcome import Outcome
from iso_audit.report.charts import monthly_chart
from iso_audit.report.deviations import channel
from iso_audit.report.facts import Facts
from iso_audit.report.facts import rate as rate_of
from iso_audit.text import number


@dataclass(frozen=True, slots=True)
class Bar:
    """Checks of one group of requirements; `share` of them, 0 to 1, conform."""

    label: str
    share: float
    percent: str
    note: str
    open: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """On-time counts of one procedure or unit, in the order of the table's columns."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Section 3. `rate` is empty where no dossier has fallen due."""

    met: int
    unmet: int
    undecided: int
    conclusion: str
    bars: tuple[tuple[str, tuple[Bar, ...]], ...]
    """(on definitions or on dossiers, bars)"""
    rate: str = ""
    rate_share: str = ""
    formula: str = ""
    tables: tuple[tuple[str, tuple[RateRow, ...]], ...] = ()
    total: RateRow | None = None
    chart: str = ""


def fulfilment(outcome: Outcome, facts: Facts) -> Fulfilment:
    """Section 3, from tallies and measures alone."""
    words = facts.words
    met, unmet, undecided = _requirements(outcome)
    majors = sum(finding.grade is Grade.MAJOR for finding in outcome.findings)
    minors = sum(finding.grade is Grade.MINOR for finding in outcome.findings)
    said = [
        words("fulfil.conclusion", asked=met + unmet + undecided, met=met, unmet=unmet, undecided=undecided)
    ]
    if majors:
        said.append(words("fulfil.verdict_major", major=words.count("count.major", majors)))
    elif minors:
        said.append(words("fulfil.verdict_minor", minor=words.count("count.minor", minors)))
    else:
        said.append(words("fulfil.verdict_clean"))
    bars = _bars(_counted(outcome), facts)
    good, due = _due(outcome.measures.dossiers)
    if not due:
        return Fulfilment(met, unmet, undecided, " ".join(said), bars, tables=_tables(outcome, facts))
    rate, lang = rate_of(good, due, facts.lang), facts.lang
    return Fulfilment(
        met, unmet, undecided, " ".join(said), bars,
        rate=rate,
        rate_share=f"{number(good, lang)}/{number(due, lang)}",
        formula=words("fulfil.formula", good=number(good, lang), due=number(due, lang), rate=rate),
        tables=_tables(outcome, facts),
        total=_rate_row(words("fulfil.total"), outcome.measures.dossiers, lang),
        chart=_chart(outcome.measures.dossiers, facts),
    )  # fmt: skip


def _requirements(outcome: Outcome) -> tuple[int, int, int]:
    """Requirements met everywhere, those with a finding, those only open."""
    checked: dict[str, list[int]] = {}
    for tally in _counted(outcome):
        counts = checked.setdefault(tally.requirement, [0, 0])
        counts[0] += tally.checked
        counts[1] += tally.failed
    failed = {finding.requirement for finding in outcome.findings}
    failed |= {name for name, counts in checked.items() if counts[1] > 0}
    met = {name for name, counts in checked.items() if counts[0] > 0} - failed
    undecided = {item.requirement for item in outcome.open_items} - failed - met
    tolerated = {one.finding.requirement for one in outcome.waived}
    undecided |= checked.keys() - failed - met - tolerated
    return len(met), len(failed), len(undecided)


def _counted(outcome: Outcome) -> tuple[Tally, ...]:
    """The tallies without what is waived, which is neither conforming nor a breach."""
    waived = (one.finding for one in outcome.waived)
    less = (
        Tally(f.code, f.rule, f.requirement, f.procedure, f.unit, f.step, "", "", -f.failed, -f.failed, 0)
        for f in waived
    )
    return (*outcome.tallies, *less)


def group_of(code: str) -> str:
    """The group that a code belongs to: DEF-TIME-01 -> DEF-TIME, PRC-03 -> PRC."""
    return code.rpartition("-")[0] or code


def _bars(tallies: Iterable[Tally], facts: Facts) -> tuple[tuple[str, tuple[Bar, ...]], ...]:
    counts: dict[str, list[int]] = {}
    for tally in tallies:
        sums = counts.setdefault(group_of(tally.code), [0, 0, 0])
        for index, count in enumerate((tally.checked, tally.failed, tally.open)):
            sums[index] += count
    known = [name.removeprefix("group.") for name in _ORDER]
    order = sorted(counts, key=lambda name: (known.index(name) if name in known else len(known), name))
    sides = (("fulfil.on_definitions", True), ("fulfil.on_dossiers", False))
    return tuple(
        (facts.words(title), bars)
        for title, on_definition in sides
        if (bars := tuple(_bar(n, counts[n], facts) for n in order if n.startswith("DEF-") is on_definition))
    )


_ORDER = (
    "DEF-STEP", "DEF-TIME", "DEF-ROLE", "DEF-LINK", "DEF-DOC", "DEF-NUM", "DEF-SIMP",
    "INT", "SUP", "TIM", "PRC", "REC",
)  # fmt: skip


def _bar(name: str, counts: list[int], facts: Facts) -> Bar:
    checked, failed, left = counts
    words, lang = facts.words, facts.lang
    label = words.find(f"group.{name}") or name
    good = max(checked - failed, 0)
    note = words("fulfil.bar_note", good=number(good, lang), checked=number(checked, lang))
    unsure = words("fulfil.bar_open", open=number(left, lang)) if left else ""
    return Bar(label, good / checked if checked else 0.0, rate_of(good, checked, lang), note, unsure)


def _due(measures: Iterable[Measure]) -> tuple[int, int]:
    """Dossiers finished early or on time, and all that had fallen due with a known due date."""
    good = due = 0
    for one in measures:
        good += one.good
        due += one.due
    return good, due


def _tables(outcome: Outcome, facts: Facts) -> tuple[tuple[str, tuple[RateRow, ...]], ...]:
    counted = outcome.measures.dossiers
    by_procedure = _split(counted, lambda one: facts.procedure(one.procedure))
    by_unit = _split(counted, lambda one: facts.unit(one.unit))
    by_channel = _split(counted, lambda one: channel(one.channel, facts))
    tables = [
        ("fulfil.by_procedure", by_procedure),
        ("fulfil.by_unit", by_unit),
        ("fulfil.by_channel", by_channel),
    ]
    return tuple(
        (
            facts.words(title),
            tuple(_rate_row(label, measures, facts.lang) for label, measures in parts.items()),
        )
        for title, parts in tables
        if len(parts) > 1 or title == "fulfil.by_procedure"
    )


def _split(measures: Iterable[Measure], key: Callable[[Measure], str]) -> Mapping[str, list[Measure]]:
    parts: dict[str, list[Measure]] = {}
    for one in measures:
        parts.setdefault(key(one), []).append(one)
    return dict(sorted(parts.items(), key=lambda pair: (-sum(one.dossiers for one in pair[1]), pair[0])))


def _rate_row(label: str, measures: Iterable[Measure], lang: str) -> RateRow:
    kept = list(measures)
    good, due = _due(kept)
    columns = (
        "dossiers",
        "early",
        "on_time",
        "overdue",
        "pending_in_time",
        "pending_overdue",
        "undetermined",
    )
    counts = [number(sum(getattr(one, column) for one in kept), lang) for column in columns]
    return RateRow(label, (*counts, rate_of(good, due, lang)))


def _chart(measures: Iterable[Measure], facts: Facts) -> str:
    months: dict[str, list[int]] = {}
    for one in measures:
        good, due = _due((one,))
        sums = months.setdefault(one.month, [0, 0])
        sums[0] += good
        sums[1] += due
    known = sorted(month for month, (_, due) in months.items() if due and month)
    if len(known) < 2:
        return ""
    shown = ((month, *months.get(month, (0, 0))) for month in _months(known[0], known[-1]))
    return monthly_chart([(month, good, due) for month, good, due in shown], facts.words)


def _months(first: str, last: str) -> Iterable[str]:
    """Every month from first to last (YYYY-MM), those without a dossier too: time runs evenly."""
    year, month = int(first[:4]), int(first[5:])
    while (name := f"{year:04}-{month:02}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
