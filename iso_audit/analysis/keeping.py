"""Whether a definition keeps a requirement on every complete run, and a dossier in what happened.

Steps that may happen at any time are on no run of a definition; in a dossier they count like all
others. A dossier is one opportunity, whatever step shows the breach; what lacks is asked once it is
over. One that broke off (withdrawn, stopped) without having come to an end of the procedure owes
nothing that was still to come, unless the step that broke it off is the very one that calls for
more (a refusal and its notice).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from iso_audit.analysis.breaking import TooLargeError, breaking_run
from iso_audit.analysis.constraints import (
    NEITHER,
    A,
    Constraint,
    Must,
    Standing,
    constraint_of,
    position,
    standing,
)
from iso_audit.analysis.duties import in_one_hand
from iso_audit.analysis.stretch import longest_between
from iso_audit.analysis.study import Study, study_of
from iso_audit.model.condition import holds
from iso_audit.model.log import Demand, same_person_fact
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, Trace

BREAK_OFF = ("refuse", "withdraw", "stop")
"""Kinds of steps that end a dossier without the result."""


def kept_by_definition(study: Study, requirement: Requirement) -> Answer:
    """Judge a definition: every complete run of the cases that the requirement concerns."""
    constraint, procedure = constraint_of(requirement), study.procedure
    index = study.graph.index
    inside = {step: letter for step, letter in constraint.letters(procedure).items() if step in index}
    if not constraint.arises(inside.values()) or (
        constraint.must is Must.EXCLUDES and not constraint.both_of(inside.values())
    ):
        return NOT_APPLICABLE
    if constraint.must is Must.BY_ROLE:
        return _given_to_role(study, constraint, [step for step, letter in inside.items() if letter & A])
    if constraint.must is Must.APART:
        return _given_apart(study, constraint)
    cases = [case for case in study.cases if holds(requirement.when, procedure, case)]
    if constraint.must is Must.WITHIN:
        return longest_between(study, constraint, cases)
    pattern = constraint.pattern
    if not study.is_decided or pattern is None:
        return Answer(unknowns=(Unknown("unsound"),))
    try:
        run = breaking_run(study, constraint, cases)
    except TooLargeError:
        return Answer(unknowns=(Unknown("too-large"),))
    if run is None:
        return HOLDS
    if procedure.is_partial and (_may_be_unseen(study, constraint) or _goes_round(constraint, run)):
        return Answer(unknowns=(_unseen(constraint),))
    at = position(pattern, [inside.get(step, NEITHER) for step in run])
    step = run[at] if at is not None else next(iter(inside), "")
    return Answer(1, (Breach(step, {**constraint.facts, "run": run}, variant=constraint.must.value),))


def _may_be_unseen(study: Study, constraint: Constraint) -> bool:
    """Whether a printed table may have done, without naming it, what it seems to lack."""
    if constraint.must is Must.BEFORE:
        first, second = constraint.meant(study.procedure)
        return any(a == b or study.reaches(a, b) for a in first for b in second)
    return constraint.must in (Must.HAPPENS, Must.LEADS_TO)


def _goes_round(constraint: Constraint, run: Sequence[str]) -> bool:
    """Whether only a loop does it too often: a printed table shows the way back, not the number of times."""
    return constraint.must is Must.AT_MOST and len(set(run)) < len(run)


def _unseen(constraint: Constraint) -> Unknown:
    return Unknown(
        "printed-table", facts={"kinds": tuple(name for term in constraint.terms for name in term)}
    )


def _given_to_role(study: Study, constraint: Constraint, steps: Sequence[str]) -> Answer:
    by_id, may_act = study.procedure.by_id, study.organisation.may_act
    wrong = [step for step in steps if not may_act(by_id[step].role, constraint.role)]
    if study.procedure.is_partial:
        # a printed table often names an office in the place of a role
        unknowns = tuple(Unknown("printed-table", step) for step in wrong)
        return Answer(len(steps) - len(wrong), unknowns=unknowns)
    breaches = (
        Breach(step, {**constraint.facts, "role": by_id[step].role}, variant=constraint.must.value)
        for step in wrong
    )
    return Answer(len(steps), tuple(breaches))


def _given_apart(study: Study, constraint: Constraint) -> Answer:
    procedure = study.procedure
    pairs = [pair for pair in product(*constraint.terms) if all(procedure.meant(name) for name in pair)]
    held = in_one_hand(study, pairs)
    if procedure.is_partial:
        unknowns = tuple(Unknown("printed-table", facts={"kinds": pair}) for pair in held)
        return Answer(len(pairs) - len(held), unknowns=unknowns)
    breaches = []
    for (first, second), found in held.items():
        facts = {"any_kind": (first,), "any_kind_second": (second,), "roles": found.roles}
        breaches.append(Breach(found.second, facts, variant=f"apart {first} + {second}"))
    return Answer(len(pairs), tuple(breaches))


def kept_by_dossier(trace: Trace, requirement: Requirement) -> Answer:
    """Judge what happened to a dossier; the requirement's own conditions were asked before."""
    constraint, procedure = constraint_of(requirement), trace.procedure
    by_id, told = procedure.by_id, constraint.letters(procedure)
    letters = [told.get(step, NEITHER) if step in by_id else None for step in trace.steps]
    if not constraint.arises(letter for letter in letters if letter):
        return NOT_APPLICABLE
    pattern = constraint.pattern
    if pattern is None:
        return _apart(trace, constraint) if constraint.must is Must.APART else _demanded(trace, constraint)
    found = standing(pattern, letters, is_over=bool(trace.facts.get("closed")))
    if found is Standing.OPEN:
        return Answer(unknowns=(Unknown("unfinished"),))
    if found is Standing.KEPT:
        return HOLDS
    if pattern.lacks and _owes_nothing(trace, constraint, letters):
        return NOT_APPLICABLE
    if found is Standing.HIDDEN:
        return Answer(unknowns=(Unknown("unknown-step"),))
    at = position(pattern, letters)
    return Answer(1, (Breach("", constraint.facts, variant=constraint.must.value, position=at),))


def _owes_nothing(trace: Trace, constraint: Constraint, letters: Sequence[int | None]) -> bool:
    """Whether a dossier broke off where the procedure has no end, by another step than the one concerned."""
    if not trace.facts.get("broken_off"):
        return False
    by_id = trace.procedure.by_id
    if constraint.must is Must.LEADS_TO:
        last = max(at for at, letter in enumerate(letters) if letter and letter & A)
        if any(by_id[trace.steps[last]].is_a(kind) for kind in BREAK_OFF):
            return False
    steps = [step for step in trace.steps if step in by_id]
    own = {step.id for step in trace.procedure.steps if step.role == "applicant"}
    played = study_of(trace.procedure).silenced(frozenset(own.difference(steps))).replay(steps, trace.case)
    return not (played.can_finish and played.is_exact)


def by_one_person(trace: Trace, first: str, second: str) -> tuple[str, int] | None:
    """Whether one person carried out two duties (a fact), and the last step of the second one.

    None unless both duties were carried out, in different steps.
    """
    steps, meant = trace.steps, trace.procedure.meant
    one = [step.id for step in meant(first) if step.id in steps]
    other = [step.id for step in meant(second) if step.id in steps] if one else []
    if not other or (len(one) == 1 and one == other):
        return None
    facts, turned = trace.facts, same_person_fact(second, first)
    return other[-1], facts.get(same_person_fact(first, second), facts.get(turned, CANNOT_TELL))


def _apart(trace: Trace, constraint: Constraint) -> Answer:
    """Each pair of duties of which both were carried out is one opportunity."""
    breaches, unknowns = [], []
    counted: dict[tuple[str, str], int] = {}
    for first, second in product(*constraint.terms):
        found = by_one_person(trace, first, second)
        if found is None:
            continue
        step, same = found
        if same == CANNOT_TELL:
            unknowns.append(Unknown("no-actor"))
            continue
        variant = f"apart {first} + {second}"
        counted[variant, ""] = 1
        if same == YES:
            facts = {"any_kind": (first,), "any_kind_second": (second,)}
            at = trace.steps.index(step)
            breaches.append(Breach("", facts, variant=variant, position=at))
    return Answer(len(counted), tuple(breaches), tuple(unknowns), by_variant=counted)


def demand_of(constraint: Constraint) -> Demand | None:
    """What the log has to be asked for a requirement on roles or time; None for any other."""
    if constraint.must is Must.BY_ROLE:
        return Demand(constraint.terms[0], role=constraint.role)
    if constraint.must is Must.WITHIN and constraint.limit is not None:
        first, second = constraint.terms
        return Demand(first, second, limit=constraint.limit)
    return None


def _demanded(trace: Trace, constraint: Constraint) -> Answer:
    demand = demand_of(constraint)
    fact = trace.facts.get(demand.fact, CANNOT_TELL) if demand is not None else CANNOT_TELL
    if fact == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-role" if constraint.must is Must.BY_ROLE else "no-moment"),))
    if fact != YES:
        return HOLDS
    term = constraint.meant(trace.procedure)[0 if constraint.must is Must.BY_ROLE else -1]
    at = next((at for at, step in enumerate(trace.steps) if step in term), None)
    return Answer(1, (Breach("", constraint.facts, variant=constraint.must.value, position=at),))
