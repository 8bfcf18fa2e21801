"""Facts in words: what rules leave as numbers, days, limits and ids becomes what a reader knows.

The name of a fact says what it is (see `model.finding.Finding`): seconds of work under
`*_seconds`, step ids under `step*`, runs under `run*`, and so for roles, units and kinds.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction

from iso_audit.model.limits import say_limit
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import HOURS_PER_WORKING_DAY, Limit, Procedure, Step
from iso_audit.report.words import Words
from iso_audit.text import Text, date, moment, number, percent

ARROW = " → "
NOTHING = "–"
LONG_RUN = 4
"""A run of more steps is told in a sentence by its ends; the report prints it whole below."""


def alone(count: int, most: int) -> int:
    """How many of so many rows stand alone; one that sums up a single row would take the room of that one."""
    return count if count <= most + 1 else most


class Facts:
    """Says the facts of one workspace in one language."""

    def __init__(self, words: Words, organisation: Organisation, procedures: Mapping[str, Procedure]) -> None:
        self.words = words
        self.organisation = organisation
        self.procedures = procedures
        self._versions = Counter(name for name, _ in {(p.id, p.key) for p in procedures.values()})

    @property
    def lang(self) -> str:
        return self.words.lang

    def say(self, name: str, value: object, procedure: str = "") -> str:
        """One fact in words; `procedure` is where its step ids belong."""
        if value is None or value in ("", (), frozenset()):
            return NOTHING
        if isinstance(value, Mapping):
            return "; ".join(f"{key}: {self.say('', each, procedure)}" for key, each in sorted(value.items()))
        if isinstance(value, (tuple, list, set, frozenset)):
            each = [self.say(name, one, procedure) for one in _in_order(value)]
            if is_run(name):
                return ARROW.join(each)
            return self.words.join(each, "join.or" if _is(name, "any") else "join.and")
        return self._scalar(name, value, procedure)

    def _scalar(self, name: str, value: object, procedure: str) -> str:
        if isinstance(value, Text):
            return value.say(self.lang)
        if isinstance(value, Limit):
            return say_limit(value, self.lang)
        if isinstance(value, bool):
            return self.words("yes" if value else "no")
        if isinstance(value, dt.datetime):
            return moment(value, self.lang)
        if isinstance(value, dt.date):
            return date(value, self.lang)
        if isinstance(value, dt.time):
            return f"{value:%H:%M}"
        if isinstance(value, (int, float, Fraction)) and not isinstance(value, Enum):
            return self.duration(int(value)) if name.endswith("_seconds") else number(value, self.lang)
        return self._named(name, str(value), procedure)

    def _named(self, name: str, value: str, procedure: str) -> str:
        """An id as the name of what it stands for; what nothing answers to stays as written."""
        if _is(name, "role"):
            return self.role(value)
        if _is(name, "unit"):
            return self.unit(value)
        if name == "case":
            return self.case(value)
        if _is(name, "kind"):
            return self.words.find(f"kind.{value}") or self.step(value, procedure)
        if _is(name, "procedure"):
            return self.procedure(value)
        if is_run(name):
            return self.step_name(value, procedure)
        if _is(name, "step"):
            return self.step(value, procedure)
        if name in ("part", "to_part"):
            return self._part(value, procedure)
        return self.words.find(f"value.{value}") or value

    def step(self, step: str, procedure: str) -> str:
        """Name of a step with its number as printed: Thẩm định hồ sơ (5)."""
        found = self._step(step, procedure)
        said = self.step_name(step, procedure)
        return f"{said} ({found.number})" if found is not None and found.number else said

    def step_name(self, step: str, procedure: str) -> str:
        """Name of a step, or of the kind of step that an id stands for."""
        found = self._step(step, procedure)
        if found is None:
            return self.words.find(f"kind.{step}") or step
        return found.name.say(self.lang) or found.id

    def numbered(self, step: str, procedure: str) -> str:
        """Name of a step under its number as printed: 5. Thẩm định hồ sơ."""
        found, said = self._step(step, procedure), self.step_name(step, procedure)
        return f"{found.number}. {said}" if found is not None and found.number else said

    def numbers(self, steps: Sequence[str], procedure: str) -> str:
        """Numbers of steps as printed, from and to where they follow each other: 6–13; names without."""
        found = [self._step(step, procedure) for step in steps]
        said = [step.number if step is not None and step.number else "" for step in found]
        if is_series(said):
            return f"{said[0]}–{said[-1]}"
        named = (one or self.step(step, procedure) for one, step in zip(said, steps, strict=True))
        return self.words.join(named)

    def _step(self, step: str, procedure: str) -> Step | None:
        known = self.procedures.get(procedure)
        return known.by_id.get(step) if known is not None else None

    def limit_of(self, step: str, procedure: str) -> str:
        """Limit of a step in words, or as printed where that is no time; empty where it has none."""
        found = self._step(step, procedure)
        if found is None or found.limit is None:
            return ""
        return found.limit.printed if found.limit.value is None else say_limit(found.limit, self.lang)

    def role_of(self, step: str, procedure: str) -> str:
        """Id of the role that the procedure names for a step; empty where it names none."""
        found = self._step(step, procedure)
        return found.role if found is not None else ""

    def role(self, role: str) -> str:
        known = self.organisation.roles.get(role)
        return known.name.say(self.lang) if known is not None else role or NOTHING

    def unit(self, unit: str) -> str:
        known = self.organisation.units.get(unit)
        return known.name.say(self.lang) if known is not None else unit or NOTHING

    def procedure(self, procedure: str) -> str:
        """Title of a procedure, with its first day in force where there are several versions."""
        known = self.procedures.get(procedure)
        if known is None:
            return procedure
        title = known.title.say(self.lang) or known.id
        if known.in_force.first is None or self._versions[known.id] < 2:
            return title
        return self.words("procedure.version", title=title, first=date(known.in_force.first, self.lang))

    def _part(self, part: str, procedure: str) -> str:
        known = self.procedures.get(procedure)
        units = {one.id: one.unit for one in known.parts} if known is not None else {}
        return self.unit(units.get(part) or part)

    def case(self, case: str) -> str:
        """A case of the dossier in words: as the pictures say it."""
        return self.words.find(f"case.{case}") or case.replace("-", " ")

    def duration(self, seconds: int) -> str:
        """Seconds of work in working days and hours: 1 ngày 2,5 giờ làm việc."""
        if seconds < 0:
            return f"−{self.duration(-seconds)}"
        minutes = round(seconds / 60)
        if minutes > 60:  # hours are said to a tenth: what rounds up to a whole day is one
            minutes = 6 * round(Fraction(minutes, 6))
        days, minutes = divmod(minutes, HOURS_PER_WORKING_DAY * 60)
        if not days and minutes < 60:
            return self.words.count("duration.minutes", minutes)
        tenths = round(Fraction(minutes, 6))
        hours, plural = number(Fraction(tenths, 10), self.lang), 1 if tenths == 10 else 2
        if not days:
            return self.words.count("duration.hours", plural, hours=hours)
        if not minutes:
            return self.words.count("duration.days", days)
        return self.words.count("duration.days_hours", days, hours=hours)

    def share(self, failed: int, checked: int) -> str:
        """As `share`, in the language of these facts."""
        return share(failed, checked, self.lang)

    def fill(self, text: Text, facts: Mapping[str, object], procedure: str) -> str:
        """A rule's sentence with its facts in words."""
        said = Told({name: self._in_sentence(name, value, procedure) for name, value in facts.items()})
        return text.fill(self.lang, said)

    def _in_sentence(self, name: str, value: object, procedure: str) -> str:
        if is_run(name) and isinstance(value, (tuple, list)) and value:
            names = [self.step_name(str(step), procedure) for step in value]
            ends = names if len(names) <= LONG_RUN else [names[0], "…", names[-1]]
            return self.words("quoted", said=ARROW.join(ends))
        return self.say(name, value, procedure)


class Told(dict[str, str]):
    """Facts in words; one that the rule did not give is shown as a dash rather than lose the finding."""

    def __missing__(self, name: str) -> str:
        return NOTHING


def rate(part: float, whole: float, lang: str, decimals: int | None = 1) -> str:
    """A share in percent that does not break before its sign."""
    return percent(part, whole, lang, decimals).replace(" ", "\u00a0")


def is_series(numbers: Sequence[str]) -> bool:
    """Whether at least three numbers follow each other without a gap."""
    if len(numbers) < 3 or not all(one.isdecimal() for one in numbers):
        return False
    first = int(numbers[0])
    return [int(one) for one in numbers] == list(range(first, first + len(numbers)))


def is_run(name: str) -> bool:
    """Whether the name of a fact speaks of a run, step after step."""
    return name == "run" or name.startswith("run_")


def _is(name: str, noun: str) -> bool:
    """Whether the name of a fact speaks of `noun`: role, roles, acting_role, role_required."""
    return any(part in (noun, f"{noun}s") for part in name.split("_"))


def _in_order(value: object) -> list[object]:
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    assert isinstance(value, (tuple, list))
    return list(value)


def share(failed: int, checked: int, lang: str) -> str:
    """Numerator, denominator and percent of one count: 12/80 (15,0%)."""
    counted = f"{number(failed, lang)}/{number(checked, lang)}"
    return f"{counted} ({rate(failed, checked, lang)})" if checked > 1 else counted
