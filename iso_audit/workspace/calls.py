"""A step that is carried out as another procedure takes in the steps of that procedure.

It becomes the silent first gateway of a sub-procedure, as a call in a drawing does: step `x` of the
called procedure is now `<step>.x`, and whatever ended it leads to `<step>/end`, which goes on where the
calling step went on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations, pairwise, product

from iso_audit.errors import Fault
from iso_audit.model.place import Place
from iso_audit.model.procedure import Call, Flow, Join, LimitGroup, Procedure, Separation, Split, Step
from iso_audit.text import Text, did_you_mean

MAY_SAY = (
    "calls", "no", "name", "unit", "limit", "at_most", "deferred", "join", "within", "sends", "awaits",
    "next",
)  # fmt: skip
"""Keys of a step that calls; the rest is for the steps of the called procedure to say."""

MOST_STEPS = 100_000
"""Steps of one procedure, with those of the procedures it calls."""

Called = dict[str, Procedure]
"""Calling step -> the procedure that it is carried out as."""


def with_calls(
    procedures: Sequence[Procedure],
    known: Iterable[Procedure],
    faults: list[Fault],
    *,
    is_all: bool = True,
) -> list[Procedure]:
    """Return the procedures with the steps of what they call put in.

    Linear in the steps that come out. Procedures of which a call is at fault are returned as they are.

    Args:
        procedures: What to return, in this order.
        known: Whatever may be called.
        faults: Where to tell of calls of what does not exist, of circles, and of steps that clash.
        is_all: Whether `known` is all there is, so that a name which is not in it is a fault.
    """
    if not any(step.calls for procedure in procedures for step in procedure.steps):
        return list(procedures)
    known = list(known)
    expansion = _Expansion(known, faults, is_all=is_all)
    callers: dict[str, set[str]] = {}
    for procedure in known:
        for step in procedure.steps:
            if step.calls is not None:
                callers.setdefault(step.calls.procedure, set()).add(procedure.id)
    return [_within(expansion.of(procedure), callers) for procedure in procedures]


def _within(procedure: Procedure, callers: Mapping[str, Collection[str]]) -> Procedure:
    """Say of a procedure without a code of its own whose part it is."""
    found = callers.get(procedure.id, ())
    return replace(procedure, part_of=tuple(sorted(found))) if found and not procedure.code else procedure


class _Expansion:
    """The procedures that are put into each other, what is called first."""

    def __init__(self, known: Iterable[Procedure], faults: list[Fault], *, is_all: bool) -> None:
        self.faults, self.is_all = faults, is_all
        self.versions: dict[str, list[Procedure]] = {}
        for procedure in sorted(known, key=lambda p: p.in_force.first.toordinal() if p.in_force.first else 0):
            self.versions.setdefault(procedure.id, []).append(procedure)
        self.done: dict[int, Procedure] = {}
        """By identity: two procedures may be equal, and none can be hashed."""

    def of(self, procedure: Procedure) -> Procedure:
        """Expand a procedure, after all that it calls; without recursion, which chains could exhaust."""
        chain = [] if id(procedure) in self.done else [(procedure, self._calls(procedure))]
        while chain:
            at, calls = chain[-1]
            following = next(calls, None)
            if following is None:
                chain.pop()
                self.done[id(at)] = self._expanded(at)
                continue
            step, called = following
            circle = [each for each, _ in chain]
            start = next((n for n, each in enumerate(circle) if each is called), None)
            if start is not None:
                self._tell_circle([*circle[start:], called], step)
            elif id(called) not in self.done:
                chain.append((called, self._calls(called)))
        return self.done[id(procedure)]

    def _calls(self, procedure: Procedure) -> Iterator[tuple[Step, Procedure]]:
        """The steps that call with what they call; each name that nobody has is told."""
        for step in procedure.steps:
            if step.calls is None:
                continue
            called = self._meant(step.calls, procedure)
            if called is not None:
                yield step, called
            elif self.is_all:
                name = step.calls.procedure
                what = Text(vi=f"không có quy trình '{name}'", en=f"there is no procedure '{name}'")
                self._say(step.calls.place, what, did_you_mean(name, self.versions))

    def _meant(self, call: Call, caller: Procedure) -> Procedure | None:
        """The version in force on the caller's first day, else the first one."""
        versions = self.versions.get(call.procedure, [])
        day = caller.in_force.first
        in_force = (version for version in versions if day is not None and version.in_force.holds(day))
        return next(in_force, versions[0] if versions else None)

    def _expanded(self, procedure: Procedure) -> Procedure:
        called: Called = {}
        size, taken = len(procedure.steps), set(procedure.by_id)
        for step in procedure.steps:
            of = step.calls and self._meant(step.calls, procedure)
            inner = self.done.get(id(of)) if of else None
            if inner is None or any(each.calls for each in inner.steps):
                continue  # told already
            size += len(inner.steps) + 1
            if size > MOST_STEPS:
                self._say(step.place, _TOO_MANY)
                return procedure
            names = [_name(step, each.id) for each in inner.steps]
            if clash := next((name for name in names if name in taken), None):
                self._say(step.place, Text(_CLASH.vi.format(clash), _CLASH.en.format(clash)))
            taken.update(names)
            called[step.id] = inner
        return _Taking(procedure, called).procedure() if called else procedure

    def _tell_circle(self, circle: Sequence[Procedure], last: Step) -> None:
        calls = [
            next(s for s in one.steps if s.calls and self._meant(s.calls, one) is other)
            for one, other in pairwise(circle)
        ]
        places = [step.calls.place for step in (*calls[:-1], last) if step.calls]
        pairs = zip(circle[:-1], places, strict=True)
        chain = " > ".join([*(f"{one.id} ({place})" for one, place in pairs), circle[-1].id])
        self._say(places[-1], Text(_CIRCLE.vi.format(chain), _CIRCLE.en.format(chain)))

    def _say(self, place: Place, what: Text, hint: Text | None = None) -> None:
        self.faults.append(Fault(what, place.file, place.line, place.column, hint))


class _Taking:
    """One procedure with what its steps call."""

    def __init__(self, caller: Procedure, called: Called) -> None:
        self.caller, self.called = caller, called
        taken = {f"{name}.{step.id}" for name, each in called.items() for step in each.steps}
        taken.update(caller.by_id)
        self.ends: dict[str, str] = {}
        for name in called:
            end = f"{name}/end"
            while end in taken:
                end += "+"
            self.ends[name] = end

    def procedure(self) -> Procedure:
        """The caller with the steps of all that it calls, and what those procedures say of their steps."""
        caller, called = self.caller, self.called
        outside = (name for each in (caller, *called.values()) for name in each.outside)
        parts = {part.id: part for each in (*called.values(), caller) for part in each.parts}
        own = (part.id for part in caller.parts)
        partial = (each.extent for each in (caller, *called.values()) if each.is_partial)
        ends = {name: end for name, end in self.ends.items() if not caller.by_id[name].flows}
        return replace(
            caller,
            steps=tuple(step for each in caller.steps for step in self._steps(each)),
            limits={ends.get(case, case): limit for case, limit in caller.limits.items()},
            limit_groups=tuple(self._limit_groups()),
            separation=tuple(self._separation()),
            parts=tuple(parts[name] for name in dict.fromkeys((*own, *parts))),
            outside=tuple(dict.fromkeys(outside)),
            extent=next(partial, "full"),
        )

    def _steps(self, step: Step) -> Iterator[Step]:
        called = self.called.get(step.id)
        if called is None:
            yield step
            return
        entries = tuple(Flow(_name(step, name), place=step.place) for name in _entries(called))
        yield replace(
            step, kinds=("route",), unit="", limit=None, element="callActivity", calls=None, deferred=False,
            split=Split.ALL if len(entries) > 1 else Split.ONE, flows=entries,
        )  # fmt: skip
        for inner in called.steps:
            yield self._inner(step, inner, called)
        yield Step(
            self.ends[step.id], Text(), ("route",), part=step.part, within=step.within, join=Join.SOME,
            split=step.split, deferred=step.deferred, flows=step.flows, place=step.place,
        )  # fmt: skip

    def _inner(self, step: Step, inner: Step, called: Procedure) -> Step:
        flows = tuple(replace(flow, to=_name(step, flow.to)) for flow in inner.flows)
        if not inner.anytime and all(called.by_id[flow.to].anytime for flow in inner.flows):
            flows += (Flow(self.ends[step.id], place=inner.place),)
        name = _name(step, inner.id)
        is_timed = step.id in self._timed and name in self._timed_within[step.id]
        return replace(
            inner,
            id=name,
            number=f"{step.number}.{inner.number}" if step.number and inner.number else "",
            unit=inner.unit or ("" if inner.is_silent else step.unit),
            part=inner.part or step.part,
            within=_name(step, inner.within) if inner.within else step.id,
            limit=None if is_timed else inner.limit,
            stated_limit=None if is_timed else inner.stated_limit,
            flows=flows,
        )

    @cached_property
    def _timed(self) -> set[str]:
        """Calling steps that the caller gives a time, which stands in place of those within."""
        grouped = {name for group in self.caller.limit_groups for name in group.steps}
        return {name for name in self.called if name in grouped or self.caller.by_id[name].limit is not None}

    def _limit_groups(self) -> Iterator[LimitGroup]:
        for group in self.caller.limit_groups:
            steps = (inner for name in group.steps for inner in self._timed_within.get(name, (name,)))
            yield replace(group, steps=tuple(dict.fromkeys(steps)))
        for name, called in self.called.items():
            step = self.caller.by_id[name]
            if step.limit is not None:
                yield LimitGroup(tuple(self._timed_within[name]), step.limit, step.limit.place)
            for group in called.limit_groups if name not in self._timed else ():
                yield replace(group, steps=tuple(_name(step, each) for each in group.steps))

    @cached_property
    def _timed_within(self) -> dict[str, dict[str, None]]:
        """The steps that a calling step's time is for: those with a time of their own, else all work."""
        found = {}
        for name, called in self.called.items():
            grouped = {each for group in called.limit_groups for each in group.steps}
            work = [each for each in called.steps if not each.is_silent and not each.anytime]
            timed = [each for each in work if each.id in grouped or (each.limit and each.limit.value)]
            found[name] = dict.fromkeys(f"{name}.{each.id}" for each in timed or work)
        return found

    def _separation(self) -> Iterator[Separation]:
        """Duties held apart: a calling step means all work within; kinds of the called mean its own steps."""
        for duties in self.caller.separation:
            if self.called.keys().isdisjoint(duties.of):
                yield duties
            else:
                yield from _pairs(duties, [self._work(name) for name in duties.of])
        for name, called in self.called.items():
            for duties in called.separation:
                terms = [[f"{name}.{step.id}" for step in called.meant(each)] for each in duties.of]
                yield from _pairs(duties, terms)

    def _work(self, name: str) -> list[str]:
        called = self.called.get(name)
        if called is None:
            return [name]
        return [f"{name}.{step.id}" for step in called.steps if not step.is_silent]


def _pairs(duties: Separation, terms: Sequence[Sequence[str]]) -> Iterator[Separation]:
    """One separation where each duty is one step, else one for each two steps of two duties."""
    if all(len(term) == 1 for term in terms):
        yield replace(duties, of=tuple(name for term in terms for name in term))
        return
    for one, other in combinations(terms, 2):
        yield from (replace(duties, of=pair) for pair in product(one, other) if pair[0] != pair[1])


def _entries(called: Procedure) -> list[str]:
    """Where the called procedure begins; at its first step, where nothing does."""
    if called.start:
        return [called.start]
    inside = [step for step in called.steps if not step.anytime]
    arrived = {flow.to for step in inside for flow in step.flows}
    return [step.id for step in inside if step.id not in arrived] or [step.id for step in inside[:1]]


def _name(step: Step, inner: str) -> str:
    return f"{step.id}.{inner}"


_CIRCLE = Text(
    vi="các quy trình gọi nhau thành vòng: {}", en="the procedures call each other in a circle: {}"
)
_CLASH = Text(
    vi="quy trình được gọi có bước sẽ mang mã '{}', mà mã này đã có",
    en="a step of the called procedure would get the id '{}', which there is already",
)
_TOO_MANY = Text(
    vi=f"kể cả các quy trình được gọi thì có hơn {MOST_STEPS} bước",
    en=f"with the procedures that are called there are more than {MOST_STEPS} steps",
)
