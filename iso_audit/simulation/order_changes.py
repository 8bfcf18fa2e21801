"""Changes of the order of steps: swap, reorder, run in parallel, move.

A *chain* is steps each of which leads to the next and to nowhere else but out of the way (a check
that turns a dossier away); nothing else comes in between. What leaves a chain at its end by a
choice is chosen where the chain ends, whatever step stands last there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from iso_audit.analysis.study import Study, study_of
from iso_audit.model.procedure import Flow, Join, Split, Step
from iso_audit.simulation.attempt import Attempt, ImpossibleError, must_be_independent
from iso_audit.simulation.numbers import deciding, moments, redirected
from iso_audit.simulation.surgery import Surgery


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps in their order, and for each the position of the flow that leads on; -1: none does."""

    steps: tuple[Step, ...]
    through: tuple[int, ...]

    def sides(self, at: int) -> tuple[Flow, ...]:
        """Flows that lead out of the chain before its end."""
        return tuple(flow for n, flow in enumerate(self.steps[at].flows) if n != self.through[at])


def link(surgery: Surgery, one: str, other: str, *, again: bool = False) -> int:
    """Position of the flow of `one` that alone leads to `other`; raises ImpossibleError if there is none.

    With `again` ways that lead back to `other` from what comes after it are no hindrance.
    """
    before, after = surgery.steps[one], surgery.steps[other]
    found = [n for n, flow in enumerate(before.flows) if flow.to == other]
    if not found:
        raise ImpossibleError("not-adjacent", step=one, step_second=other)
    into = {source for source, _ in surgery.arrivals(other)}
    if again and surgery.entry != other:
        into &= surgery.reached(surgery.entry, other)
    if len(found) > 1 or into != {one} or surgery.entry == other or after.join is not Join.ANY:
        others = tuple(sorted(into - {one})) or (one,)
        raise ImpossibleError("entered-elsewhere", step=other, steps_second=others)
    if before.split is not Split.ONE and len(before.flows) > 1:
        raise ImpossibleError("splits", step=one)
    if before.flows[found[0]].case or before.flows[found[0]].message:
        raise ImpossibleError("bound", step=one, step_second=other)
    return found[0]


def chain_of(surgery: Surgery, names: Sequence[str], *, again: bool = False) -> Chain:
    """The steps as a chain; they may be named in any order. `again` as in `link`."""
    if len(names) < 2 or len(set(names)) < len(names):
        raise ImpossibleError("too-few")
    ordered = _ordered(surgery, names)
    links = [link(surgery, one, other, again=again) for one, other in pairwise(ordered)]
    return Chain(tuple(surgery.steps[name] for name in ordered), (*links, -1))


def _ordered(surgery: Surgery, names: Sequence[str]) -> list[str]:
    after = {
        name: next(
            (flow.to for flow in surgery.steps[name].flows if flow.to in names and flow.to != name), ""
        )
        for name in names
    }
    for first in names:
        found = [first]
        while after[found[-1]] and after[found[-1]] not in found:
            found.append(after[found[-1]])
        if len(found) == len(names):
            return found
    raise ImpossibleError("not-adjacent", step=names[0], step_second=names[1])


def ended(surgery: Surgery, chain: Chain) -> Chain:
    """Give the last step of a chain one flow that leads on, with a gateway for what it chose beside that.

    Among checks each of which can turn a dossier away, the last leads on by the outcome that the
    others lead on by, or by the only one that does not lead where theirs turn away to.
    """
    last = chain.steps[-1]
    flows = last.flows
    if len(flows) < 2:
        at = 0 if flows else -1
        return replace(chain, through=(*chain.through[:-1], at))
    on = [step.flows[n] for step, n in zip(chain.steps[:-1], chain.through, strict=False)]
    away = {flow.to for n in range(len(chain.steps) - 1) for flow in chain.sides(n)}
    if last.split is Split.ONE and away:
        named = {flow.outcome for flow in on if flow.outcome}
        for wanted in (
            [n for n, flow in enumerate(flows) if flow.outcome in named],
            [n for n, flow in enumerate(flows) if flow.to not in away],
        ):
            if len(wanted) == 1 and not flows[wanted[0]].case:
                return replace(chain, through=(*chain.through[:-1], wanted[0]))
    surgery.open_out(last.id)
    steps = (*chain.steps[:-1], surgery.steps[last.id])
    return Chain(steps, (*chain.through[:-1], 0))


def swap(attempt: Attempt) -> None:
    """Two steps in a row change places."""
    if len(attempt.steps) != 2:
        raise ImpossibleError("too-few")
    surgery = Surgery(attempt.procedure)
    chain = chain_of(surgery, attempt.change.steps)
    _relink(attempt, surgery, chain, [step.id for step in chain.steps][::-1])


def reorder(attempt: Attempt) -> None:
    """Steps of a chain in another order: as given; given as they are, the one that turns most away first."""
    surgery = Surgery(attempt.procedure)
    names = [step.id for step in attempt.steps]
    chain = chain_of(surgery, names)
    present = [step.id for step in chain.steps]
    wanted = _by_rejection(attempt, chain) if names == present else names
    if wanted == present:
        raise ImpossibleError("no-change")
    _relink(attempt, surgery, chain, wanted)


def _relink(attempt: Attempt, surgery: Surgery, chain: Chain, wanted: list[str]) -> None:
    present = [step.id for step in chain.steps]
    for one, other in combinations(chain.steps, 2):
        if wanted.index(one.id) > wanted.index(other.id):
            must_be_independent(attempt, one, other)
    chain = ended(surgery, chain)
    head = chain.steps[0]
    surgery.redirect(head.id, wanted[0])
    last = surgery.steps[present[-1]]
    end = last.flows[chain.through[-1]].to if chain.through[-1] >= 0 else ""
    at = {name: n for n, name in enumerate(present)}
    if not end and len(chain.steps[at[wanted[-1]]].flows) > 1:
        end = surgery.gateway("end", present[-1])
    for name, after in zip(wanted, [*wanted[1:], end], strict=True):
        n = at[name]
        step = surgery.steps[name]
        if not after:
            flows: tuple[Flow, ...] = ()
        elif chain.through[n] < 0:
            flows = (Flow(after),)
        else:
            own = zip(step.flows, range(len(step.flows)), strict=True)
            flows = tuple(replace(flow, to=after) if k == chain.through[n] else flow for flow, k in own)
        surgery.alter(name, flows=flows, join=head.join if name == wanted[0] else Join.ANY)
        if name != present[wanted.index(name)]:
            attempt.fates[name] = ("moved", "")
    surgery.in_file_order(wanted)
    finish(attempt, surgery)


def _by_rejection(attempt: Attempt, chain: Chain) -> list[str]:
    """Knock-out order: share turned away over cost of the work, descending (van der Aalst, DSS 30, 2001)."""
    chain = ended(Surgery(attempt.procedure), chain)
    load, staff = attempt.scenario.main, attempt.scenario.staff

    def worth(n: int) -> float:
        step = chain.steps[n]
        shares = load.branches.get(step.id)
        if shares is None or step.id not in load.durations:
            raise ImpossibleError("no-numbers", step=step.id)
        on = step.flows[chain.through[n]]
        known = shares.get(on.outcome, shares.get(on.to))
        away = 1 - known if known is not None else sum(shares.values())
        hourly = staff[step.role].hourly_cost if step.role in staff else 0.0
        cost = moments(load.durations[step.id])[0] * (hourly or 1.0)
        return away / cost if cost else away * 1e9

    order = sorted(range(len(chain.steps)), key=lambda n: (-worth(n), n))
    return [chain.steps[n].id for n in order]


def parallel(attempt: Attempt) -> None:
    """Steps in a row run side by side; what follows waits for all of them."""
    surgery = Surgery(attempt.procedure)
    chain = chain_of(surgery, [step.id for step in attempt.steps])
    for n, step in enumerate(chain.steps[:-1]):
        if chain.sides(n):
            raise ImpossibleError("decides-inside", step=step.id)
    for one, other in combinations(chain.steps, 2):
        must_be_independent(attempt, one, other)
    names = [step.id for step in chain.steps]
    if surgery.steps[names[0]].join is not Join.ANY:
        surgery.open_in(names[0])
    if len(chain.steps[-1].flows) > 1:
        surgery.open_out(names[-1])
    on = surgery.steps[names[-1]].flows
    fork = surgery.gateway(f"before-{names[0]}", names[0], split=Split.ALL)
    join = surgery.gateway(f"after-{names[-1]}", names[-1], join=Join.ALL, flows=on)
    surgery.redirect(names[0], fork)
    surgery.alter(fork, flows=tuple(Flow(name) for name in names))
    for name in names:
        surgery.alter(name, flows=(Flow(join),), join=Join.ANY)
        attempt.fates[name] = ("moved", "")
    finish(attempt, surgery)


def move(attempt: Attempt) -> None:
    """One step to the place behind another that every dossier passes which passes the step."""
    if len(attempt.steps) != 1:
        raise ImpossibleError("too-few")
    step, after = attempt.steps[0], attempt.step(str(attempt.change.values.get("after", "")))
    surgery = Surgery(attempt.procedure)
    if step.id == after.id or {source for source, _ in surgery.arrivals(step.id)} == {after.id}:
        raise ImpossibleError("no-change")
    if step.anytime or after.anytime:
        raise ImpossibleError("anytime", step=step.id if step.anytime else after.id)
    if step.part != after.part:
        raise ImpossibleError("parts", steps=(step.id, after.id))
    if step.split is Split.ONE and len(step.flows) > 1:
        raise ImpossibleError("decides", step=step.id)
    study = study_of(attempt.procedure)
    if after.id not in study.must_of_end(step.id):
        attempt.forbid("lost-on-some", step=step.id, step_second=after.id)
    elif step.id not in study.must_of_end(after.id):
        attempt.assume("more-often", step=step.id)
    is_later, between = _between(study, step, after)
    for other in between:
        must_be_independent(attempt, *((step, other) if is_later else (other, step)))
    surgery.open_in(step.id)
    gate = surgery.open_out(step.id)
    surgery.redirect(step.id, gate)
    surgery.open_out(after.id)
    on = surgery.steps[after.id].flows
    surgery.alter(after.id, flows=(Flow(step.id),))
    surgery.alter(step.id, flows=on)
    surgery.behind(step.id, after.id)
    attempt.fates[step.id] = ("moved", "")
    finish(attempt, surgery)


def _between(study: Study, step: Step, after: Step) -> tuple[bool, list[Step]]:
    """Whether a step goes to a later place, and the steps on the ways between that and its old one."""
    graph = study.graph
    node, other = graph.index[step.id], graph.index[after.id]
    is_later = study.reaches(step.id, after.id) and (
        not study.reaches(after.id, step.id) or after.id in study.must_after(step.id)
    )
    first, last = (node, other) if is_later else (other, node)
    allowed = bytearray(b"\1") * len(graph.steps)
    allowed[node] = 0
    start = [graph.target[edge] for edge in graph.outs[first]]
    stop = [graph.source[edge] for edge in graph.ins[last]]
    ahead, back = graph.forward(start, allowed), graph.backward(stop, allowed)
    found = [n for n in range(len(graph.steps)) if ahead[n] and back[n] and not graph.is_silent[n]]
    return is_later, [graph.steps[n] for n in dict.fromkeys([*found, *([other] if is_later else [])])]


def finish(attempt: Attempt, surgery: Surgery) -> None:
    """Take over what the surgery made, and carry the shares along."""
    outcomes = {s.id: {flow.outcome for flow in s.flows} for s in attempt.procedure.steps}
    attempt.procedure = surgery.tidied()
    attempt.scenario = redirected(attempt.scenario, surgery.redirected, outcomes)
    attempt.scenario = deciding(attempt.scenario, surgery.decides)
