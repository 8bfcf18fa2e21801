"""What went wrong with one dossier, said of that dossier alone: no counts, but who, when and how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iso_audit.analysis.constraints import Must, constraint_of
from iso_audit.analysis.passage import Passage, elapsed
from iso_audit.model.procedure import Limit, Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.story import Deviation, Execution, Story
from iso_audit.report.facts import NOTHING, Facts, Told
from iso_audit.text import date, moment, number


@dataclass(frozen=True, slots=True)
class Fault:
    """One deviation as it is told."""

    code: str
    title: str
    said: str
    position: int | None
    requirement: str
    waived: str = ""
    """Why it is tolerated, and until when; empty where it counts."""


def faults(
    story: Story, requirements: Mapping[str, Requirement], titles: Mapping[str, str], facts: Facts,
    passage: Passage,
) -> tuple[Fault, ...]:  # fmt: skip
    """Every deviation in the order in which it happened; what is about the whole dossier comes last.

    `titles` are the titles of rules, for requirements that have none of their own.
    """
    teller = _Teller(story, requirements, facts, passage)
    last = len(story.executions)

    def in_time(one: Deviation) -> tuple[object, ...]:
        return (
            last if one.position is None else one.position,
            one.code,
            one.requirement,
            one.variant,
            one.step,
        )

    ordered = sorted(story.deviations, key=in_time)
    return tuple(
        Fault(
            one.code,
            teller.title(one, titles),
            teller.say(one),
            one.position,
            one.requirement,
            _waived(one, facts),
        )
        for one in ordered
    )


def _waived(one: Deviation, facts: Facts) -> str:
    waiver = one.waiver
    if waiver is None:
        return ""
    until = date(waiver.until, facts.lang)
    return facts.words(
        "story.waived", reason=waiver.reason.say(facts.lang), by=waiver.approved_by, until=until
    )


class _Teller:
    """Says deviations of one dossier; the words stand in the catalogues under `told.<code>`."""

    def __init__(
        self, story: Story, requirements: Mapping[str, Requirement], facts: Facts, passage: Passage
    ) -> None:
        self.story, self.requirements, self.facts, self.passage = story, requirements, facts, passage
        self.words, self.key = facts.words, story.procedure.key

    def title(self, one: Deviation, titles: Mapping[str, str]) -> str:
        requirement = self.requirements.get(one.requirement)
        own = requirement.title.say(self.facts.lang) if requirement is not None else ""
        return own or titles.get(one.rule, "")

    def say(self, one: Deviation) -> str:
        """The sentence of the code and variant, or of the code alone where the variant has none."""
        told = Told(self._of_dossier() | self._of_event(one) | self._of_requirement(one))
        names = [f"told.{one.code}.{variant}" for variant in (self._form(one), one.variant) if variant]
        name = next((name for name in names if name in self.words), f"told.{one.code}")
        said = self.words.find(name)
        return one.code if said is None else said.format_map(told)

    def _form(self, one: Deviation) -> str:
        """What tells the words apart beside the variant."""
        story = self.story
        if one.code in ("TIM-01", "TIM-05") and story.finished_at is None:
            return "pending"
        if one.code == "TIM-02" and len(self._together(one)) > 1:
            return "shared"
        if one.code == "PRC-11":
            return one.variant.partition(" ")[0]
        return ""

    def _of_dossier(self) -> dict[str, str]:
        story, lang = self.story, self.facts.lang
        late = ""
        if story.due_at is not None and self.passage.end is not None:
            late = self.facts.duration(self.passage.work(story.due_at, self.passage.end))
        promised = [each.new_appointed_at for each in story.executions if each.new_appointed_at is not None]
        last = story.executions[-1].step if story.executions else ""
        moments = {
            "received": story.received_at, "appointed": story.appointed_at, "due": story.due_at,
            "end": story.finished_at, "drawn_up": story.drawn_up_at,
        }  # fmt: skip
        return {
            **{name: _moment(at, lang) for name, at in moments.items()},
            "dossier": story.dossier,
            "received_day": date(story.received_at.date(), lang) if story.received_at else NOTHING,
            "late": late,
            "promised": date(promised[-1].date(), lang) if promised else NOTHING,
            "status": state(story.status, self.facts),
            "channel": _lower_first(channel(story.channel, self.facts)),
            "last": self._step(last),
        }

    def _of_event(self, one: Deviation) -> dict[str, str]:
        lang, facts = self.facts.lang, self.facts
        told = {"step": self._step(one.step)} if one.step else {}
        if one.position is None:
            return told
        event = self.story.executions[one.position]
        step = self.passage.step(event)
        together = self._together(one)
        limit = self._limit(one, event)
        used = elapsed(limit, [event for _, event in together]) if limit is not None else None
        return {
            "step": self._step(one.step or event.step),
            "at": _moment(event.finished_at or event.started_at, lang),
            "started": _moment(event.started_at, lang),
            "finished": _moment(event.finished_at, lang),
            "actor": event.actor or NOTHING,
            "role": facts.role(event.role),
            "role_required": facts.role(step.role) if step is not None else NOTHING,
            "used": facts.duration(used) if isinstance(used, int) else facts.say("limit", used),
            "limit": facts.say("limit", limit),
            "shared": self.words.join(dict.fromkeys(self._step(each.step) for _, each in together)),
            "nth": number(self._nth(one.position, step), lang),
        }

    def _of_requirement(self, one: Deviation) -> dict[str, str]:
        """What the requirement asks, and what stood against it."""
        told: dict[str, str] = {}
        requirement = self.requirements.get(one.requirement)
        step = self.story.procedure.by_id.get(one.step)
        own = step.at_most if step is not None and one.code == "SUP-02" else None
        if requirement is not None:
            told["at_most"] = number(requirement.whole("at_most") if own is None else own, self.facts.lang)
            limit = requirement.parameters.get("limit")
            if isinstance(limit, Limit):
                told["limit"] = self.facts.say("limit", limit)
            for name, parameter in (("any_kind", "since"), ("any_kind_second", "until")):
                if requirement.names(parameter):
                    told[name] = self.facts.say(name, requirement.names(parameter), self.key)
            if requirement.rule == "constraint":
                asked = constraint_of(requirement)
                told |= {name: self.facts.say(name, value, self.key) for name, value in asked.facts.items()}
        if one.code == "PRC-02" and " < " in one.variant:
            told |= self._should_have_been_first(one.variant.rpartition(" < ")[0].split("+"))
        pair = one.variant.removeprefix(f"{Must.APART} ").split(" + ")
        if len(pair) == 2:
            told |= self._in_one_hand(*pair)
        return told

    def _should_have_been_first(self, steps: Sequence[str]) -> dict[str, str]:
        """The step before whose turn something came, and when it happened."""
        executions = self.story.executions
        found = next((each for step in steps for each in executions if each.step == step), None)
        at = None if found is None else found.finished_at or found.started_at
        named = self.words.join(self._step(step) for step in steps)
        return {"first": named, "first_at": _moment(at, self.facts.lang)}

    def _in_one_hand(self, first: str, second: str) -> dict[str, str]:
        """Two duties held apart, and who held both."""
        held = [
            {each.actor for each in self.story.executions if each.actor and each.step in meant}
            for meant in ({step.id for step in self.story.procedure.meant(name)} for name in (first, second))
        ]
        names = {"kind_first": first, "kind_second": second}
        told = {name: self.facts.say(name, value, self.key) for name, value in names.items()}
        return told | {"person": self.words.join(sorted(held[0] & held[1])) or NOTHING}

    def _together(self, one: Deviation) -> list[tuple[int, Execution]]:
        """The execution that a deviation is about, with all that share its limit."""
        if one.position is None:
            return []
        executions = list(enumerate(self.story.executions))
        groups = self.story.procedure.limit_groups
        group = next((g for g in groups if executions[one.position][1].step in g.steps), None)
        if group is None:
            return [executions[one.position]]
        return [(at, each) for at, each in executions if each.step in group.steps]

    def _limit(self, one: Deviation, event: Execution) -> Limit | None:
        groups = self.story.procedure.limit_groups
        return next((group.limit for group in groups if event.step in group.steps), event.limit)

    def _nth(self, position: int, step: Step | None) -> int:
        """How often it had come to that: requests at one step, apologies at any."""
        executions = self.story.executions[: position + 1]
        if step is not None and step.is_a("apologise"):
            steps = {each.id for each in self.story.procedure.of_kind("apologise")}
            return sum(each.step in steps for each in executions)
        return sum(each.step == executions[-1].step for each in executions)

    def _step(self, step: str) -> str:
        return self.facts.step_name(step, self.key)


def state(status: str, facts: Facts) -> str:
    """A state in words; one that is no state of the national message stays as written."""
    return facts.words.find(f"state.{status}") or status or NOTHING


def channel(name: str, facts: Facts) -> str:
    """How a dossier came in, in words; what nobody knows stays as written."""
    return facts.words.find(f"channel.{name}") or name or NOTHING


def _moment(at: dt.datetime | None, lang: str) -> str:
    return NOTHING if at is None else moment(at, lang)


def _lower_first(said: str) -> str:
    return said[:1].lower() + said[1:]
