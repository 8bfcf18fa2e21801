"""What was measured, as tables: the same values for the page, the screen and the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from iso_audit.model.measure import Duration, Measure, Measures, StepMeasure, Timed
from iso_audit.report.deviations import channel
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.facts import rate as rate_of
from iso_audit.report.tabular import Column, Kind, Table, Value
from iso_audit.text import number

_RATE = (
    Column("dossiers"), Column("early"), Column("on_time"), Column("overdue"), Column("pending_in_time"),
    Column("pending_overdue"), Column("undetermined"), Column("good"), Column("due"),
    Column("rate", Kind.SHARE),
)  # fmt: skip
_LEAD = (
    Column("ended"),
    Column("days_median", Kind.DAYS), Column("days_ninth", Kind.DAYS), Column("days_mean", Kind.DAYS),
    Column("lead_median", Kind.WORKING_DAYS, shown=False),
    Column("lead_ninth", Kind.WORKING_DAYS, shown=False), Column("lead_mean", Kind.WORKING_DAYS, shown=False),
    Column("counted_median", Kind.WORKING_DAYS), Column("counted_ninth", Kind.WORKING_DAYS),
    Column("counted_mean", Kind.WORKING_DAYS),
)  # fmt: skip
_COURSE = (
    Column("dossiers"), Column("reworked", shown=False), Column("reworked_share", Kind.SHARE),
    Column("repeats"), Column("supplemented", shown=False), Column("supplemented_share", Kind.SHARE),
    Column("supplement_requests"), Column("requests_each", Kind.RATIO, shown=False),
    Column("unit_pairs", shown=False), Column("unit_changes", shown=False),
    Column("unit_changes_each", Kind.RATIO), Column("person_pairs", shown=False),
    Column("person_changes", shown=False), Column("person_changes_each", Kind.RATIO),
)  # fmt: skip
_STEPS = (
    Column("executions"), Column("step_dossiers", shown=False), Column("repeats"),
    Column("timed", shown=False), Column("worked", Kind.HOURS, shown=False),
    Column("worked_mean", Kind.HOURS, shown=False), Column("worked_median", Kind.HOURS),
    Column("worked_ninth", Kind.HOURS), Column("limited"), Column("over_limit", shown=False),
    Column("over_share", Kind.SHARE),
)  # fmt: skip
_WORK = (
    Column("executions"), Column("timed"), Column("worked", Kind.HOURS), Column("worked_mean", Kind.HOURS),
    Column("waits"), Column("waited", Kind.HOURS), Column("waited_mean", Kind.HOURS),
)  # fmt: skip


def tables(measures: Measures, facts: Facts) -> tuple[Table, ...]:
    """Everything that was measured, in the order in which it is read; sums of several rows come first."""
    return (
        *(_by("rate", one, measures, facts, _RATE, _rate) for one in _MARKS),
        *(_lead(one, measures, facts) for one in _MARKS),
        *(_by("course", one, measures, facts, _COURSE, _course) for one in _MARKS),
        _steps(measures, facts, by_unit=False),
        _steps(measures, facts, by_unit=True),
        _work(measures, facts),
        _counts("dossiers", Measure._fields, measures.dossiers, facts),
        _counts("executions", StepMeasure._fields, measures.steps, facts),
    )


def headlines(measures: Measures, facts: Facts) -> tuple[str, ...]:
    """The most telling figures in a line each; nothing where no dossier was measured."""
    if not measures.dossiers:
        return ()
    sums, words, lang = _sums(measures.dossiers), facts.words, facts.lang
    counts = {name: number(count, lang) for name, count in sums.items()}
    lines = [
        words(
            "measure.text.rate",
            share=f"{counts['good']}/{counts['due']}",
            rate=rate_of(sums["good"], sums["due"], lang),
            pending=counts["pending_in_time"],
            overdue=counts["pending_overdue"],
            undetermined=counts["undetermined"],
        )
    ]
    whole = next((one for one in measures.durations if one.of is Timed.LEAD_DAYS), None)
    if whole is not None:  # what spans all stands first
        days = {"median": whole.median, "ninth": whole.ninth_decile, "count": whole.count}
        lines.append(words("measure.text.lead", **{name: number(n, lang) for name, n in days.items()}))
    share = rate_of(sums["reworked"], sums["dossiers"], lang)
    lines.append(
        words("measure.text.course", reworked=counts["reworked"], share=share,
              requests=counts["supplement_requests"], supplemented=counts["supplemented"])
    )  # fmt: skip
    return tuple(lines)


_MARKS = ("procedure", "unit", "channel", "month")


def _label(mark: str, value: str, facts: Facts) -> str:
    if mark == "procedure":
        return facts.procedure(value)
    if mark == "unit":
        return facts.unit(value)
    return channel(value, facts) if mark == "channel" else value or NOTHING


def _head(mark: str) -> Column:
    return Column(mark, Kind.MONTH if mark == "month" else Kind.TEXT)


def _by(
    key: str, mark: str, measures: Measures, facts: Facts, columns: tuple[Column, ...],
    row: Callable[[Mapping[str, int]], tuple[Value, ...]],
) -> Table:  # fmt: skip
    """Counts of dossiers summed by one mark, and over all."""
    groups: dict[str, list[Measure]] = {}
    for one in measures.dossiers:
        groups.setdefault(getattr(one, mark), []).append(one)
    order = sorted(groups) if mark == "month" else sorted(
        groups, key=lambda name: (-sum(one.dossiers for one in groups[name]), name)
    )  # fmt: skip
    rows = [(facts.words("fulfil.total"), *row(_sums(measures.dossiers)))] if len(groups) > 1 else []
    rows += [(_label(mark, name, facts), *row(_sums(groups[name]))) for name in order]
    return Table(f"{key}.{mark}", key, (_head(mark), *columns), tuple(rows))


def _sums(measures: Iterable[Measure]) -> Mapping[str, int]:
    names = [name for name in Measure._fields if name not in _MARKS]
    kept = list(measures)
    return {name: sum(getattr(one, name) for one in kept) for name in (*names, "good", "due")}


def _of(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _rate(sums: Mapping[str, int]) -> tuple[Value, ...]:
    return (*(sums[column.key] for column in _RATE[:-1]), _of(sums["good"], sums["due"]))


def _course(sums: Mapping[str, int]) -> tuple[Value, ...]:
    every = sums["dossiers"]
    shares = {
        "reworked_share": _of(sums["reworked"], every),
        "supplemented_share": _of(sums["supplemented"], every),
        "requests_each": _of(sums["supplement_requests"], every),
        "unit_changes_each": _of(sums["unit_changes"], every) if sums["unit_pairs"] else None,
        "person_changes_each": _of(sums["person_changes"], every) if sums["person_pairs"] else None,
    }
    return tuple(shares[c.key] if c.key in shares else sums[c.key] for c in _COURSE)


def _lead(mark: str, measures: Measures, facts: Facts) -> Table:
    """Times from receipt to the end by one mark, and over all."""
    found: dict[str | None, dict[Timed, Duration]] = {}
    for one in measures.durations:
        marks = {name: getattr(one, name) for name in (*_MARKS, "step")}
        if one.of is not Timed.STEP and all(value is None for name, value in marks.items() if name != mark):
            found.setdefault(marks[mark], {})[one.of] = one
    order = sorted(
        (name for name in found if name is not None),
        key=lambda name: (0 if mark == "month" else -found[name][Timed.LEAD].count, name),
    )
    rows: list[tuple[Value, ...]] = []
    for name in ([None] if len(order) > 1 else []) + list(order):
        label = facts.words("fulfil.total") if name is None else _label(mark, name, facts)
        times = [_times(found[name][of]) for of in (Timed.LEAD_DAYS, Timed.LEAD, Timed.COUNTED)]
        rows.append((label, found[name][Timed.LEAD].count, *(value for one in times for value in one)))
    return Table(f"lead.{mark}", "lead", (_head(mark), *_LEAD), tuple(rows))


def _times(one: Duration) -> tuple[Value, ...]:
    return one.median, one.ninth_decile, Fraction(one.total, one.count)


def _steps(measures: Measures, facts: Facts, *, by_unit: bool) -> Table:
    """Executions of each step, those that took most work first."""
    groups: dict[tuple[str, str, str | None], list[StepMeasure]] = {}
    for one in measures.steps:
        groups.setdefault((one.procedure, one.step, one.unit if by_unit else None), []).append(one)
    known = {(d.procedure, d.step, d.unit): d for d in measures.durations if d.of is Timed.STEP}
    rows: list[tuple[Value, ...]] = []
    work = {group: sum(one.worked_seconds for one in some) for group, some in groups.items()}
    for group in sorted(groups, key=lambda name: (-work[name], name[0], name[1], name[2] or "")):
        some, time = groups[group], known.get(group)
        step = facts.step(group[1], group[0]) if group[1] else facts.words("measure.no_step")
        where = (facts.procedure(group[0]), step, *([facts.unit(group[2] or "")] if by_unit else []))
        limited, over = sum(one.limited for one in some), sum(one.over_limit for one in some)
        rows.append(
            (
                *where, sum(one.executions for one in some), sum(one.dossiers for one in some),
                sum(one.repeats for one in some), sum(one.timed for one in some),
                *((time.total, Fraction(time.total, time.count), time.median, time.ninth_decile)
                  if time else (None,) * 4),
                limited, over, _of(over, limited),
            )
        )  # fmt: skip
    heads = [_head("procedure"), Column("step", Kind.TEXT), *([_head("unit")] if by_unit else [])]
    key = "steps.unit" if by_unit else "steps"
    return Table(key, "steps", (*heads, *_STEPS), tuple(rows), is_derived=_is_derived(measures))


def _work(measures: Measures, facts: Facts) -> Table:
    """What each unit spent at steps, and for how long dossiers lay before it."""
    groups: dict[str, list[StepMeasure]] = {}
    for one in measures.steps:
        groups.setdefault(one.unit, []).append(one)
    order = sorted(groups, key=lambda name: (-sum(one.worked_seconds for one in groups[name]), name))
    rows = [(facts.words("fulfil.total"), *_spent(measures.steps))] if len(groups) > 1 else []
    rows += [(facts.unit(name), *_spent(groups[name])) for name in order]
    return Table("work", "work", (_head("unit"), *_WORK), tuple(rows), is_derived=_is_derived(measures))


def _is_derived(measures: Measures) -> bool:
    """Whether no start is of the log's own: then nothing is known of waiting."""
    return any(one.timed for one in measures.steps) and not any(one.waits for one in measures.steps)


def _spent(some: Sequence[StepMeasure]) -> tuple[Value, ...]:
    timed, worked = sum(one.timed for one in some), sum(one.worked_seconds for one in some)
    waits, waited = sum(one.waits for one in some), sum(one.waited_seconds for one in some)
    return (
        sum(one.executions for one in some), timed, worked if timed else None, _of(worked, timed),
        waits, waited if waits else None, _of(waited, waits),
    )  # fmt: skip


def _counts(key: str, names: Sequence[str], measures: Iterable[tuple[Any, ...]], facts: Facts) -> Table:
    """Every cell as it was counted."""
    columns = []
    for name in names:
        kind = Kind.TEXT if name in _MARKS or name == "step" else Kind.COUNT
        kind = Kind.MONTH if name == "month" else Kind.HOURS if name.endswith("_seconds") else kind
        columns.append(Column(name, kind))
    rows = []
    for one in measures:
        told = dict(zip(names, one, strict=True))
        if "step" in told:
            told["step"] = facts.step(told["step"], told["procedure"]) if told["step"] else ""
        rows.append(tuple(_label(n, v, facts) if n in _MARKS else v for n, v in told.items()))
    return Table(key, "counts", tuple(columns), tuple(rows))
