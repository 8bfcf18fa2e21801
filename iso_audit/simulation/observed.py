"""What a log shows of each execution: when it could begin, how long it was worked on, what it waited for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from iso_audit.analysis.worktime import DayTable
from iso_audit.engine.courses import UNKNOWN, Courses
from iso_audit.model.procedure import Procedure, Split, Step

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

END = ""
"""What a dossier comes to where no step follows."""


class Follows:
    """Which steps of a procedure follow which, silent gateways looked through."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.into: dict[str, set[str]] = {}
        """Step -> steps after which it may come."""
        for step in procedure.steps:
            if not step.is_silent:
                for target in self.ahead(step):
                    self.into.setdefault(target, set()).add(step.id)

    def ahead(self, step: Step) -> frozenset[str]:
        """Steps that may come next; END where it may be the last."""
        return (
            frozenset().union(*(self.first(flow.to) for flow in step.flows))
            if step.flows
            else frozenset({END})
        )

    def first(self, name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Steps that a dossier on its way to `name` may come to first."""
        step = self.procedure.by_id[name]
        if not step.is_silent:
            return frozenset({name})
        if name in seen:
            return frozenset()
        if not step.flows:
            return frozenset({END})
        return frozenset().union(*(self.first(flow.to, seen | {name}) for flow in step.flows))

    @cached_property
    def choices(self) -> Mapping[str, tuple[tuple[str, frozenset[str]], ...]]:
        """Step or gateway that chooses -> its outcomes (names of flows, else targets), what follows each.

        A choice that the case of the dossier settles is none of chance's.
        """
        return {
            step.id: tuple((flow.outcome or flow.to, self.first(flow.to)) for flow in step.flows)
            for step in self.procedure.steps
            if step.split is Split.ONE and len(step.flows) > 1 and not any(flow.case for flow in step.flows)
        }

    def decisions(self, step: str, following: Sequence[str], is_ended: bool) -> Iterable[tuple[str, str]]:
        """(chooser, outcome) of every choice that was made when a dossier left a step.

        `following` are the steps that the dossier took after it, in order. A choice that two outcomes
        explain, or that is still to be made, is left out.
        """
        stack = [step]
        while stack:
            name = stack.pop()
            known = self.procedure.by_id[name]
            targets = [flow.to for flow in known.flows]
            if name in self.choices:
                options = self.choices[name]
                nexts = frozenset().union(*(after for _, after in options))
                met = next((one for one in following if one in nexts), END if is_ended else None)
                found = [at for at, (_, after) in enumerate(options) if met in after]
                if len(found) != 1:
                    continue
                yield name, options[found[0]][0]
                targets = [targets[found[0]]]
            elif known.split is Split.SOME:
                continue
            stack += [target for target in targets if self.procedure.by_id[target].is_silent]


@dataclass(frozen=True, eq=False)
class Observed:
    """Executions of human steps, one row each, in order of dossier and time; NaN where nobody can tell."""

    dossier: Ints
    step: tuple[str, ...]
    visit: Ints
    """1 for the first execution of the step in its dossier."""
    actor: Ints
    began_s: Ints
    finished_s: Ints
    work_seconds: Floats
    """Of working time; of the applicant's steps time by the clock."""
    wait_seconds: Floats
    """Working time from the moment at which it could have begun until it did: neither queue nor work."""
    answer_seconds: Floats
    """Of a step that stops the dossier's clock: time by the clock until the dossier went on."""
    starts_known: bool
    """False where the log has only completion times, so that work and waiting cannot be told apart."""


def observed(
    log: Courses,
    procedure: Procedure,
    table: DayTable,
    applicants: frozenset[str],
    stopping: frozenset[str] = frozenset(),
    *,
    starts_known: bool,
) -> Observed:
    """Work out what a log shows of every execution. O(events * log events).

    An execution is enabled when the last step before it in the procedure's graph was finished. Who
    carries it out is free when their last execution was: what lies between the later of the two and the
    begin is waiting that neither queue nor work explains (D. Chapela-Campa, M. Dumas, Enhancing business
    process simulation models with extraneous activity delays, Information Systems 122, 2024).
    Executions that one person has open at once share that person's time evenly. What follows a step that
    is `stopping` the clock begins when the applicant has answered: its own waiting cannot be told.
    """
    rows = list(_rows(log, procedure))
    dossier, event, visit, enabled = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(4))
    names = tuple(log.steps[log.step[at]] for at in event.tolist())
    actor, finished = log.actor[event], log.finished_s[event]
    free = _free_since(actor, finished)
    could = np.maximum(enabled, np.where(actor >= 0, free, enabled))
    could = np.minimum(could, finished)
    began = log.started_s[event]
    has_start = (began != UNKNOWN) & starts_known
    began = np.where(has_start, began, could)
    own = np.array([procedure.by_id[name].role in applicants for name in names], dtype=bool)
    work = table.working_seconds(began, finished).astype(np.float64)
    if starts_known:
        work = _shared(actor, table, began, finished, work)
    work = np.where(own, (finished - began).astype(np.float64), work)
    ready = np.minimum(np.maximum(enabled, np.where(actor >= 0, free, enabled)), began)
    wait = np.where(has_start & ~own, table.working_seconds(ready, began).astype(np.float64), np.nan)
    answered = np.full(len(names), np.nan)
    follows = np.flatnonzero(dossier[1:] == dossier[:-1])
    after = follows[np.array([names[at] in stopping for at in follows.tolist()], dtype=bool)]
    answered[after] = np.maximum(began[after + 1] - finished[after], 0)
    wait[after + 1] = np.nan
    return Observed(
        dossier,
        names,
        visit,
        actor,
        began,
        finished,
        np.maximum(work, 0.0),
        np.maximum(wait, 0.0),
        answered,
        starts_known,
    )


def _rows(log: Courses, procedure: Procedure) -> Iterable[tuple[int, int, int, int]]:
    """(dossier, event, visit, moment at which it was enabled) of finished executions of known steps."""
    follows = Follows(procedure)
    known = [name if name in procedure.by_id else None for name in log.steps]
    steps, finishes, first = log.step.tolist(), log.finished_s.tolist(), log.first.tolist()
    for dossier, received in enumerate(log.received_s.tolist()):
        done: dict[str, int] = {}
        times: dict[str, int] = {}
        last = received
        for event in range(first[dossier], first[dossier + 1]):
            name, finish = known[steps[event]], finishes[event]
            if name is None or finish == UNKNOWN or procedure.by_id[name].anytime:
                continue
            before = [done[one] for one in follows.into.get(name, ()) if one in done]
            times[name] = times.get(name, 0) + 1
            yield dossier, event, times[name], max(before) if before else last
            done[name] = last = finish


def _free_since(actor: Ints, finished: Ints) -> Ints:
    """When the person of each execution had last finished another one; UNKNOWN where there was none."""
    order = np.lexsort((finished, actor))
    whose, ends = actor[order], finished[order]
    before = np.full(len(order), UNKNOWN, dtype=np.int64)
    same = whose[1:] == whose[:-1]
    before[1:][same] = ends[:-1][same]
    found = np.empty_like(before)
    found[order] = before
    return found


def _shared(actor: Ints, table: DayTable, began: Ints, finished: Ints, work: Floats) -> Floats:
    """Work where one person's time is shared evenly by what that person has open at once."""
    begins = table.working_seconds(np.zeros_like(began), began)
    ends = table.working_seconds(np.zeros_like(finished), finished)
    order = np.lexsort((ends, begins, actor))
    shared = work.copy()
    whose = actor[order].tolist()
    starts, stops = begins[order].tolist(), ends[order].tolist()
    at, count = 0, len(order)
    while at < count:
        upto, reach = at + 1, stops[at]
        while upto < count and whose[upto] == whose[at] and starts[upto] < reach:
            reach, upto = max(reach, stops[upto]), upto + 1
        if upto - at > 1 and whose[at] >= 0:
            for row, seconds in zip(
                order[at:upto].tolist(), _split(starts[at:upto], stops[at:upto]), strict=True
            ):
                shared[row] = seconds
        at = upto
    return shared


def _split(starts: Sequence[int], stops: Sequence[int]) -> list[float]:
    """Share out the time of one person among executions that overlap, in order of their begin."""
    got = [0.0] * len(starts)
    under_way: list[tuple[int, int]] = []
    now, following = starts[0], 0
    while under_way or following < len(starts):
        if not under_way:
            now = max(now, starts[following])
        while following < len(starts) and starts[following] <= now:
            heapq.heappush(under_way, (stops[following], following))
            following += 1
        until = under_way[0][0]
        if following < len(starts):
            until = min(until, starts[following])
        if until > now:
            part = (until - now) / len(under_way)
            for _, one in under_way:
                got[one] += part
            now = until
        while under_way and under_way[0][0] <= now:
            heapq.heappop(under_way)
    return got
