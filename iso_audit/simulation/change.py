"""Changes of a procedure as transformations of its graph: each with its precondition, checked and said.

    procedure + scenario + proposal -> redesign: another procedure, other numbers, the fate of every step

A change that has no meaning (steps that do not follow each other) is refused and not made. One that
the law or good order forbids (a control dropped, data read before it is written) is refused and made
all the same, so that it can be simulated by who insists. What the files leave open is an assumption.
Catalogue of the heuristics: H. A. Reijers, S. Limam Mansar, Omega 33(4), 2005.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from iso_audit.analysis.graph import cases_of
from iso_audit.analysis.study import study_of
from iso_audit.errors import Fault
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Change, Proposal, Scenario
from iso_audit.model.simulated import Assumption, Fate, Redesign, Refusal
from iso_audit.simulation.attempt import Attempt, ImpossibleError
from iso_audit.simulation.case_split import OTHER, split, variant_id
from iso_audit.simulation.merging import merge
from iso_audit.simulation.number_changes import figures, limit, look_up, staff
from iso_audit.simulation.order_changes import move, parallel, reorder, swap
from iso_audit.simulation.step_changes import delegate, digitise, eliminate
from iso_audit.text import Text, did_you_mean

MAKING: Mapping[str, Callable[[Attempt], None]] = {
    "eliminate": eliminate,
    "delegate": delegate,
    "merge": merge,
    "swap": swap,
    "parallel": parallel,
    "reorder": reorder,
    "move": move,
    "split": split,
    "look_up": look_up,
    "digitise": digitise,
    "limit": limit,
    "staff": staff,
    "branches": figures,
    "durations": figures,
    "waits": figures,
}
"""Kind of change -> what makes it."""


def redesigned(
    procedure: Procedure, scenario: Scenario, proposal: Proposal, organisation: Organisation | None = None
) -> Redesign:
    """Make the changes of a proposal one after the other; those that cannot be made are told and passed over.

    `organisation` knows which roles are competent for the steps of others; without it none is.
    """
    refusals: list[Refusal] = []
    assumptions: list[Assumption] = []
    fates: dict[str, tuple[str, str]] = {}
    stages = [procedure]
    is_sound = study_of(procedure).structure.is_sound
    for change in proposal.changes:
        attempt = Attempt(change, stages[-1], scenario, organisation)
        try:
            MAKING[change.kind](attempt)
            if attempt.procedure is not stages[-1]:
                attempt.procedure = _numbered(stages[-1], attempt.procedure)
                _must_be_sound(attempt, is_sound)
        except ImpossibleError as reason:
            refusals.append(Refusal(change, reason.reason, reason.facts))
            stages.append(stages[-1])
            continue
        refusals += (Refusal(change, key, facts, is_made=True) for key, facts in _once(attempt.against))
        assumptions += (Assumption(change, key, facts) for key, facts in _once(attempt.assumed))
        fates = _later(fates, attempt.fates)
        stages.append(attempt.procedure)
        scenario = attempt.scenario
    return Redesign(
        proposal,
        stages[-1],
        scenario,
        tuple(_fates(procedure, stages[-1], fates)),
        tuple(refusals),
        assumptions=tuple(assumptions),
        stages=tuple(stages),
    )


def _once(said: Iterable[tuple[str, Mapping[str, object]]]) -> list[tuple[str, Mapping[str, object]]]:
    return list({(key, repr(sorted(facts.items()))): (key, facts) for key, facts in said}.values())


def _must_be_sound(attempt: Attempt, was_sound: bool | None) -> None:
    """A change may not make of a procedure that can be completed one that cannot."""
    found = study_of(attempt.procedure).structure
    if was_sound and not found.is_sound:
        raise ImpossibleError("unsound", problem=found.problem, steps=found.problem_steps)


def _later(
    before: Mapping[str, tuple[str, str]], now: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    """Fates after one more change: what has become of a merged step has become of its parts."""
    fates = dict(before)
    for step, (fate, into) in before.items():
        if fate == "merged" and into != step and into in now and now[into][0] in ("removed", "merged"):
            fates[step] = now[into]
    for step, (fate, into) in now.items():
        had = fates.get(step, ("", ""))[0]
        if had == "added" and fate not in ("removed", "merged"):
            continue
        if fate == "changed" and had in ("moved", "merged"):
            continue
        fates[step] = (fate, into)
    return fates


def _fates(old: Procedure, new: Procedure, found: Mapping[str, tuple[str, str]]) -> Iterator[Fate]:
    """Every step of the old procedure, in its order, then those that only the new one has."""
    known = old.by_id
    for step in old.steps:
        if not step.is_silent:
            fate, into = found.get(step.id, ("kept", ""))
            yield Fate(step.id, fate, into)
    merged = {into for fate, into in found.values() if fate in ("merged", "changed")}
    for step in new.steps:
        if not step.is_silent and step.id not in known and step.id not in merged:
            fate, into = found.get(step.id, ("added", ""))
            yield Fate(step.id, fate, into)


def _numbered(old: Procedure, new: Procedure) -> Procedure:
    """Number the steps anew where they were numbered 1, 2, 3 in the order of the file."""
    before = {part: _numbers(old, part) for part in {step.part for step in old.steps}}
    counts = dict.fromkeys(before, 0)
    steps = []
    for step in new.steps:
        is_counted = (
            bool(before[step.part]) and not step.is_silent and (step.number or step.id not in old.by_id)
        )
        if is_counted:
            counts[step.part] += 1
            step = replace(step, number=str(int(before[step.part][0]) + counts[step.part] - 1))
        steps.append(step)
    return replace(new, steps=tuple(steps))


def _numbers(procedure: Procedure, part: str) -> list[str]:
    """The numbers of a part, if they are whole, in order and without gaps."""
    found = [step.number for step in procedure.steps if step.part == part and step.number]
    if not found or not all(number.isdecimal() and number == str(int(number)) for number in found):
        return []
    first = int(found[0])
    return found if found == [str(n) for n in range(first, first + len(found))] else []


def change_faults(procedure: Procedure, scenario: Scenario, proposal: Proposal) -> list[Fault]:
    """What is wrong with the steps, roles and cases that changes name, told with their places.

    A step that an earlier change of the proposal makes may be named by a later one.
    """
    faults: list[Fault] = []
    known = [step.id for step in procedure.steps if not step.is_silent]
    for change in proposal.changes:
        named = [*change.steps]
        after = change.values.get("after")
        named += [str(after)] if after else []
        for key in ("branches", "durations", "waits"):
            value = change.values.get(key)
            named += [str(name) for name in value] if isinstance(value, Mapping) else []
        faults += (_fault(change, _no_step(name), name, known) for name in named if name not in known)
        limits = change.values.get("limits")
        cases = [*known, *cases_of(procedure), *scenario.main.cases, *scenario.limits]
        for name in limits if isinstance(limits, Mapping) else ():
            if name not in cases:
                faults.append(_fault(change, _no_case(str(name)), str(name), cases))
        wanted = change.values.get("staff")
        for role, value in wanted.items() if isinstance(wanted, Mapping) else ():
            if isinstance(value, int) and role not in scenario.staff:
                faults.append(_fault(change, _no_staff(str(role)), str(role), scenario.staff))
        if change.kind not in MAKING:
            faults.append(_fault(change, _no_kind(change.kind), change.kind, MAKING))
        known += _made(change)
    return faults


def _made(change: Change) -> list[str]:
    """Ids of the steps that a change makes, as far as a later change may name them."""
    if change.kind == "merge":
        return [str(change.values.get("id") or (change.steps[0] if change.steps else ""))]
    cases = change.values.get("cases")
    if change.kind == "split" and isinstance(cases, Mapping):
        return [variant_id(step, str(case)) for step in change.steps for case in (*cases, OTHER)]
    return []


def _fault(change: Change, what: Text, name: str, known: Iterable[str]) -> Fault:
    place = change.place
    return Fault(what, place.file, place.line, place.column, did_you_mean(name, known))


def _no_step(name: str) -> Text:
    return Text(vi=f"quy trình không có bước '{name}'", en=f"the procedure has no step '{name}'")


def _no_case(name: str) -> Text:
    return Text(
        vi=f"quy trình không có bước hay trường hợp '{name}'",
        en=f"the procedure has neither a step nor a case '{name}'",
    )


def _no_staff(role: str) -> Text:
    return Text(
        vi=f"mục staff của kịch bản không có vai trò '{role}', nên không thể tăng hay giảm người",
        en=f"the staff of the scenario has no role '{role}' that could be given more or fewer people",
    )


def _no_kind(kind: str) -> Text:
    return Text(vi=f"không có loại thay đổi '{kind}'", en=f"there is no kind of change '{kind}'")
