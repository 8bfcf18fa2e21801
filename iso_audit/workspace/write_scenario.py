"""A scenario becomes a tidy scenario file, with what its owner should look at beside it.

read(write(scenario)) == scenario, for times that are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from iso_audit.model.calendar import Calendar
from iso_audit.model.scenario import Arrivals, Citizen, Load, Precision, Scenario, Staffing
from iso_audit.model.simulated import MEASURES
from iso_audit.workspace.quoting import comment, limit, listed, mapping, name, scalar, texts, words
from iso_audit.workspace.shapes.calendar import WEEKDAYS
from iso_audit.workspace.write_changes import proposal_lines
from iso_audit.workspace.write_quantities import (
    decimal,
    percent,
    plain,
    shares,
    spread,
    staff_values,
    working_time,
)

Remarks = Mapping[tuple[str, ...], str]
"""(key, inner key) -> what is said beside the line; (key,) -> what is said above it."""


def scenario_yaml(
    scenario: Scenario,
    head: Sequence[str] = (),
    remarks: Remarks | None = None,
    tail: Sequence[str] = (),
) -> str:
    """Write a scenario file.

    Args:
        scenario: What to write.
        head: Lines of comment for the head of the file.
        remarks: Comments above keys and beside lines.
        tail: Lines of comment for its end.
    """
    of = _Writing(scenario, remarks or {})
    lines = [line for said in head for line in comment(said)]
    lines += of.lines()
    lines += [line for said in tail for line in comment(said)]
    return "\n".join(lines) + "\n"


class _Writing:
    def __init__(self, scenario: Scenario, remarks: Remarks) -> None:
        self.of, self.remarks = scenario, remarks

    def lines(self) -> Iterator[str]:
        of = self.of
        yield f"scenario: {scalar(of.id)}"
        for key, value in self._head().items():
            if value:
                yield from self._said(key)
                yield f"{key}: {value}{self._beside(key)}"
        yield from self._block("staff", {
            **{role: _staffing(each, of.calendar) for role, each in of.staff.items()},
            **dict.fromkeys(of.outside, "outside"),
        })  # fmt: skip
        yield from self._load(of.main)
        if of.loads[1:]:
            yield "also:"
        for load in of.loads[1:]:
            inner = [
                f"procedure: {scalar(load.procedure)}",
                f"arrivals: {_arrivals(load.arrivals)}",
                *self._load(load),
            ]
            yield from (f"  {'- ' if n == 0 else '  '}{line}" for n, line in enumerate(inner))
        yield from self._citizen(of.citizen)
        yield from self._said("proposals")
        yield from proposal_lines(of.proposals, of.calendar)
        yield from self._measure(of.precision)
        if search := _search(of):
            yield f"search: {search}"
        if note := words(of.note):
            yield f"note: {note}"

    def _head(self) -> dict[str, str]:
        of = self.of
        return {
            "title": words(of.title),
            "procedure": scalar(of.main.procedure),
            "period": mapping({"from": of.first.isoformat(), "to": of.last.isoformat()}),
            "calendar": scalar(of.calendar.id),
            "warm_up": f"{of.warm_up_days} d" if of.warm_up_days else "",
            "limit": mapping({case: limit(each, in_flow=True) for case, each in of.limits.items()})
            if of.limits
            else "",
            "currency": name(of.currency) if of.currency != "VND" else "",
            "arrivals": _arrivals(of.main.arrivals),
        }

    def _load(self, load: Load) -> Iterator[str]:
        for key, of_all in (("cases", load.cases), ("channels", load.channels)):
            if of_all:
                yield from self._said(key)
                yield f"{key}: {shares(of_all)}{self._beside(key)}"
        times: dict[str, dict[str, str]] = {}
        for (step, case), each in load.by_case.items():
            times.setdefault(step, {})[case] = spread(each)
        plain = {step: spread(each) for step, each in load.durations.items() if step not in times}
        for step, cases in times.items():
            default = {"default": spread(load.durations[step])} if step in load.durations else {}
            plain[step] = mapping({**default, **cases})
        in_order = [*load.durations, *(step for step in times if step not in load.durations)]
        yield from self._block("durations", {step: plain[step] for step in in_order})
        yield from self._block("waits", {step: spread(each) for step, each in load.waits.items()})
        yield from self._block("branches", {
            step: _visits([first, *load.repeats.get(step, ())]) for step, first in load.branches.items()
        })  # fmt: skip
        yield from self._block("batches", {
            step: mapping({
                "at": listed([f'"{at:%H:%M}"' for at in each.at]) if each.at else "",
                "size": str(each.size) if each.size else "",
            })
            for step, each in load.batches.items()
        })  # fmt: skip
        if load.priorities:
            yield f"priorities: {mapping({case: str(rank) for case, rank in load.priorities.items()})}"
        if load.backlog:
            yield f"backlog: {load.backlog}"

    def _citizen(self, of: Citizen) -> Iterator[str]:
        if of == Citizen():
            return
        yield from self._said("citizen")
        yield "citizen:"
        values = {
            "hourly_income": plain(of.hourly_income) if of.hourly_income else "",
            "source": name(of.income_source),
            "visits": mapping({step: plain(each) for step, each in of.visit_steps.items()})
            if of.visit_steps
            else "",
        }
        yield from (
            f"  {key}: {value}{self._beside('citizen', key)}" for key, value in values.items() if value
        )
        if of.works:
            yield "  works:"
        for works in of.works:
            numbers = {"hours": works.hours, "hired": works.hired_cost, "fees": works.fees}
            line = {
                "name": words(works.name, in_flow=True) or '""',
                **{key: plain(value) if value else "" for key, value in numbers.items()},
                "per": works.per if works.per != "dossier" else "",
                "document": name(works.document, in_flow=True),
            }
            yield f"    - {mapping(line)}"

    def _measure(self, of: Precision) -> Iterator[str]:
        yield from self._said("measure")
        yield "measure:"
        usual = Precision()
        values = {
            "confidence": percent(of.confidence) if of.confidence != usual.confidence else "",
            "replications": str(of.replications or "auto"),
            "precision": mapping({key: _half_width(key, width) for key, width in of.half_widths.items()}),
            "at_most": str(of.most) if of.most != usual.most else "",
            "seed": str(self.of.seed),
            "sensitivity": percent(of.sensitivity) if of.sensitivity != usual.sensitivity else "",
        }
        yield from (
            f"  {key}: {value}{self._beside('measure', key)}" for key, value in values.items() if value
        )

    def _block(self, key: str, values: Mapping[str, str]) -> Iterator[str]:
        if not values:
            return
        yield from self._said(key)
        yield f"{key}:"
        yield from (
            f"  {scalar(inner)}: {value}{self._beside(key, inner)}" for inner, value in values.items()
        )

    def _said(self, key: str) -> list[str]:
        above = self.remarks.get((key,), "")
        return ["", *comment(above)] if above else []

    def _beside(self, *path: str) -> str:
        said = self.remarks.get(path if len(path) > 1 else (path[0], ""), "")
        return f"  {comment(said)[0]}" if said else ""


def _staffing(of: Staffing, office: Calendar) -> str:
    return mapping(staff_values(of, office))


def _visits(of: list[Mapping[str, float]]) -> str:
    return shares(of[0]) if len(of) == 1 else listed([shares(each) for each in of])


def _arrivals(of: Arrivals) -> str:
    days = {day: plain(weight) for day, weight in zip(WEEKDAYS, of.by_weekday, strict=False)}
    hours = {str(hour): plain(weight) for hour, weight in enumerate(of.by_hour) if weight}
    return mapping({
        "per_year": plain(of.per_year),
        "by_month": listed([plain(weight) for weight in of.by_month]) if of.by_month else "",
        "by_weekday": mapping(days) if days else "",
        "by_hour": mapping(hours) if hours else "",
        "variance_ratio": plain(of.variance_ratio) if of.variance_ratio != 1 else "",
    })  # fmt: skip


def _half_width(measure: str, width: float) -> str:
    unit = MEASURES[measure][0]
    if unit == "share":
        return f"{decimal(Fraction(repr(width)) * 100)} pp"
    if unit == "working_seconds":
        return working_time(width)
    return f"{plain(width)} d" if unit == "days" else plain(width)


def _search(of: Scenario) -> str:
    usual = type(of.search)()
    return mapping({
        "allow": texts(of.search.allow) if of.search.allow else "",
        "never_touch": texts(of.search.never_touch) if of.search.never_touch else "",
        "max_changes": str(of.search.max_changes) if of.search.max_changes != usual.max_changes else "",
    }) if of.search != usual else ""  # fmt: skip
