"""The ways through a procedure in one case of the dossier, with the share of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.model.scenario import Load

ORDINARY = ("", "default")
"""Names of the case that most dossiers are."""

MOST_CHOSEN = 10
"""Flows of an inclusive split whose every selection is listed."""

Way = tuple[str, str]
"""The step that a flow leads to, and the source by which its join knows it."""


@dataclass
class Option:
    """What may happen when a step is left: tokens along these ways."""

    ways: tuple[Way, ...]
    shares: list[float]
    """At the first, second ... visit; the last holds on."""


@dataclass
class Node:
    """A step in one case."""

    step: Step
    options: list[Option] = field(default_factory=list)
    sources: dict[str, bool] = field(default_factory=dict)
    """What its join may wait for, and whether it is a message."""

    @property
    def certain(self) -> tuple[str, ...]:
        """Steps that a token goes to whatever is chosen."""
        return tuple(way[0] for way in self.options[0].ways) if len(self.options) == 1 else ()


def ways_in_case(procedure: Procedure, load: Load, case: str) -> tuple[str, dict[str, Node]]:
    """The step at which a dossier comes in, and the steps that it may come to, silent passages folded."""
    steps = {step.id: step for step in procedure.steps if not step.anytime}
    flows = {step.id: _flows(step, steps, case) for step in steps.values()}
    entry = _entry(procedure, steps)
    ends = {name: _folded(name, steps, flows) for name in steps}
    nodes: dict[str, Node] = {}
    stack = [ends[entry]]
    while stack:
        name = stack.pop()
        if name in nodes:
            continue
        node = nodes[name] = Node(steps[name])
        node.options = list(_options(steps[name], flows[name], load, case))
        for option in node.options:
            option.ways = tuple((ends[to], _source(to, by, flows, ends)) for to, by in option.ways)
        stack += [way[0] for option in node.options for way in option.ways]
    messages = {(step, flow.to) for step, own in flows.items() for flow in own if flow.message}
    for name, node in nodes.items():
        for option in node.options:
            for to, by in option.ways:
                nodes[to].sources[by] = (by, to) in messages or (name, to) in messages
    return ends[entry], nodes


def _flows(step: Step, steps: Mapping[str, Step], case: str) -> list[Flow]:
    return [flow for flow in step.flows if flow.to in steps and flow.case in ("", case)]


def _entry(procedure: Procedure, steps: Mapping[str, Step]) -> str:
    """Where a dossier comes in: the start, else the first door of the file that nothing leads to."""
    if procedure.start in steps:
        return procedure.start
    reached = {flow.to for step in steps.values() for flow in step.flows}
    loose = [step for step in steps.values() if step.id not in reached]
    doors = [step for step in loose if not {"submit", "receive", "route"}.isdisjoint(step.kinds)]
    return (doors or loose or list(steps.values()))[0].id


def _is_passage(step: Step, flows: list[Flow]) -> bool:
    return step.is_silent and step.join is Join.ANY and len(flows) == 1 and step.at_most is None


def _folded(name: str, steps: Mapping[str, Step], flows: Mapping[str, list[Flow]]) -> str:
    """The first step from `name` on that is more than a passage."""
    seen = set[str]()
    while name not in seen and _is_passage(steps[name], flows[name]):
        seen.add(name)
        name = flows[name][0].to
    return name


def _source(to: str, by: str, flows: Mapping[str, list[Flow]], ends: Mapping[str, str]) -> str:
    """The source by which the join behind passages knows a token: the last of them."""
    while to != ends[to]:
        by, to = to, flows[to][0].to
    return by


def _options(step: Step, flows: list[Flow], load: Load, case: str) -> Iterator[Option]:
    ways = [(flow.to, step.id) for flow in flows]
    too_wide = step.split is Split.SOME and len(flows) > MOST_CHOSEN  # refused in `compile`
    if len(flows) < 2 or step.split is Split.ALL or too_wide:
        yield Option(tuple(dict.fromkeys(ways)), [1.0])
        return
    told = load.branches.get(step.id) or load.branches.get(step.id.removesuffix("/next"), {})
    later = load.repeats.get(step.id) or load.repeats.get(step.id.removesuffix("/next"), ())
    visits = [told, *later]
    if step.split is Split.ONE:
        rows = [_shares(flows, row, case) for row in visits]
        for at, way in enumerate(ways):
            yield Option((way,), [row[at] for row in rows])
        return
    chances = [[_share(flow, row, 0.5) for flow in flows] for row in visits]
    for size in range(1, len(flows) + 1):
        for chosen in combinations(range(len(flows)), size):
            shares = [_chance(row, chosen) for row in chances]
            yield Option(tuple(dict.fromkeys(ways[at] for at in chosen)), shares)


def _share(flow: Flow, told: Mapping[str, float], otherwise: float) -> float:
    return told[flow.outcome] if flow.outcome in told else told.get(flow.to, otherwise)


def _shares(flows: list[Flow], told: Mapping[str, float], case: str) -> list[float]:
    """Shares that add up to one: what nothing is said of shares the rest evenly.

    Where the case has flows of its own, and nothing else is said, those share the rest alone.
    """
    known = [_share(flow, told, -1.0) for flow in flows]
    left = max(0.0, 1.0 - sum(share for share in known if share >= 0))
    silent = [at for at, share in enumerate(known) if share < 0]
    own = [at for at in silent if flows[at].case and case not in ORDINARY] or silent
    shares = [max(0.0, share) for share in known]
    for at in own:
        shares[at] = left / len(own)
    whole = sum(shares)
    return [share / whole for share in shares] if whole > 0 else [1 / len(flows)] * len(flows)


def _chance(chances: list[float], chosen: tuple[int, ...]) -> float:
    """Of choosing exactly these, before the case that nothing is chosen is left out."""
    chance = 1.0
    for at, own in enumerate(chances):
        chance *= own if at in chosen else 1 - own
    return chance
