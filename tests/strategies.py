"""Procedures to draw: made of blocks (sound by construction), arbitrary graphs, organisations, runs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hypothesis import strategies as st

from iso_audit.model.organisation import Organisation, Person, Role
from iso_audit.model.procedure import Flow, Join, Limit, Procedure, Separation, Split, Step, TimeUnit
from iso_audit.text import Text
from tests.token_game import Game

KINDS = ("receive", "check", "appraise", "review", "approve_sign", "number_stamp", "archive", "other")
ROLES = ("one-stop-officer", "specialist", "division-head", "chairman")


def step(name: str, *flows: str | Flow, **more: object) -> Step:
    """A step named `name`; flows may be given as plain ids."""
    aims = tuple(flow if isinstance(flow, Flow) else Flow(flow) for flow in flows)
    return Step(name, Text(name), flows=aims, **{"kinds": ("other",), **more})  # type: ignore[arg-type]


def gateway(name: str, *flows: str | Flow, **more: object) -> Step:
    """A silent gateway."""
    return step(name, *flows, kinds=("route",), **more)


def procedure(*steps: Step, **more: object) -> Procedure:
    return Procedure("p", steps, **more)  # type: ignore[arg-type]


def working_days(value: float | str) -> Limit:
    return Limit(Fraction(value))


@dataclass
class _Draft:
    """Steps while a block is being written down; the last step of a block gets its flow later."""

    steps: dict[str, Step] = field(default_factory=dict)

    def add(self, prefix: str, **more: object) -> str:
        name = f"{prefix}{len(self.steps)}"
        self.steps[name] = step(name, **more)
        return name

    def connect(self, source: str, target: str, outcome: str = "") -> None:
        at = self.steps[source]
        self.steps[source] = replace(at, flows=(*at.flows, Flow(target, outcome)))


@st.composite
def block_procedures(
    draw: st.DrawFn,
    most_steps: int = 9,
    *,
    inclusive: bool = True,
    loops: bool = True,
    stops: bool = True,
    timed: bool = False,
) -> Procedure:
    """A sound procedure: sequences, exclusive, parallel and inclusive blocks, loops, early ends.

    Gateways are silent or are steps themselves; merging ones too.
    """
    draft = _Draft()
    budget = draw(st.integers(1, most_steps))

    def gate(**more: object) -> str:
        if draw(st.booleans()):
            return draft.add("g", kinds=("route",), **more)
        return task(**more)

    def task(**more: object) -> str:
        kinds = tuple(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True)))
        limit = working_days(draw(st.integers(0, 4))) if timed and draw(st.booleans()) else None
        return draft.add("s", kinds=kinds, role=draw(st.sampled_from(ROLES)), limit=limit, **more)

    def block(size: int, *, may_stop: bool) -> tuple[str, str]:
        """Entry and exit of a block of about `size` steps."""
        if size <= 1:
            only = task()
            return only, only
        sorts = ["sequence", "one", "all"]
        sorts += ["some"] if inclusive else []
        sorts += ["loop"] if loops else []
        sort = draw(st.sampled_from(sorts))
        left = draw(st.integers(1, size - 1))
        if sort == "sequence":
            first, last = block(left, may_stop=may_stop), block(size - left, may_stop=may_stop)
            draft.connect(first[1], last[0])
            return first[0], last[1]
        if sort == "loop":
            entry = gate()
            body = block(left, may_stop=may_stop)
            decide = gate()
            draft.connect(entry, body[0])
            draft.connect(body[1], decide)
            if draw(st.booleans()):
                again = block(size - left, may_stop=may_stop)
                draft.connect(decide, again[0], "again")
                draft.connect(again[1], entry)
            else:
                draft.connect(decide, entry, "again")
            exit_ = task()
            draft.connect(decide, exit_, "done")
            return entry, exit_
        kind = {"one": (Split.ONE, Join.ANY), "all": (Split.ALL, Join.ALL), "some": (Split.SOME, Join.SOME)}[
            sort
        ]
        # an inclusive join waits for whatever can come, so it closes the other blocks as well
        join = Join.SOME if inclusive and draw(st.integers(0, 4)) == 0 else kind[1]
        entry, merge = gate(split=kind[0]), gate(join=join)
        sizes = [left, size - left] + ([1] if draw(st.booleans()) else [])
        for number, each in enumerate(sizes):
            if sort == "one" and number and draw(st.integers(0, 3)) == 0:
                draft.connect(entry, merge, f"o{number}")
                break
            part = block(each, may_stop=may_stop and sort == "one")
            draft.connect(entry, part[0], f"o{number}")
            draft.connect(part[1], merge)
        if sort == "one" and stops and may_stop and draw(st.booleans()):
            stop = task()
            draft.connect(entry, stop, "refused")
        return entry, merge

    entry, _ = block(budget, may_stop=True)
    start = entry if any(flow.to == entry for each in draft.steps.values() for flow in each.flows) else ""
    return procedure(*draft.steps.values(), start=start)


@st.composite
def graph_procedures(draw: st.DrawFn, most_steps: int = 7, *, inclusive: bool = True) -> Procedure:
    """Any small graph: mostly unsound, sometimes sound in a way that no blocks are."""
    size = draw(st.integers(1, most_steps))
    splits = (Split.ONE, Split.ALL, Split.SOME) if inclusive else (Split.ONE, Split.ALL)
    joins = (Join.ANY, Join.ALL, Join.SOME) if inclusive else (Join.ANY, Join.ALL)
    steps = []
    for number in range(size):
        aims = draw(st.lists(st.integers(0, size - 1), max_size=3, unique=True)) if number < size - 1 else []
        if number < size - 1 and not aims:
            aims = [number + 1]
        silent = draw(st.integers(0, 3)) == 0
        steps.append(
            step(
                f"s{number}",
                *(Flow(f"s{aim}", f"o{aim}") for aim in aims),
                kinds=("route",) if silent else (draw(st.sampled_from(KINDS)),),
                split=draw(st.sampled_from(splits)),
                join=draw(st.sampled_from(joins)),
            )
        )
    return procedure(*steps, start="s0")


@st.composite
def layered_procedures(draw: st.DrawFn, *, inclusive: bool = False) -> Procedure:
    """Graphs without cycles whose splits and joins cross: now and then sound, seldom made of blocks."""
    size = draw(st.integers(3, 8))
    aims: list[list[int]] = []
    for number in range(size - 1):
        after = range(number + 1, size)
        aims.append(
            sorted(
                draw(st.lists(st.sampled_from(after), min_size=1, max_size=min(2, len(after)), unique=True))
            )
        )
    aims.append([])
    for number in range(1, size):
        if not any(number in each for each in aims):
            aims[number - 1].append(number)
    splits = (Split.ONE, Split.ALL, Split.SOME) if inclusive else (Split.ONE, Split.ALL)
    joins = (Join.ANY, Join.ALL, Join.SOME) if inclusive else (Join.ANY, Join.ALL)
    return procedure(
        *(
            step(
                f"s{number}",
                *(Flow(f"s{aim}", f"o{aim}") for aim in each),
                kinds=("route",) if draw(st.integers(0, 3)) == 0 else ("other",),
                split=draw(st.sampled_from(splits)),
                join=draw(st.sampled_from(joins)),
            )
            for number, each in enumerate(aims)
        )
    )


@st.composite
def choice_procedures(draw: st.DrawFn, most_steps: int = 9) -> Procedure:
    """Steps that choose and merge, back and forth as they please: sound, and seldom made of blocks."""
    size = draw(st.integers(2, most_steps))
    steps = []
    for number in range(size):
        aims = (
            {number + 1, *draw(st.lists(st.integers(0, size - 1), max_size=4))}
            if number < size - 1
            else set()
        )
        kinds = ("route",) if draw(st.integers(0, 3)) == 0 else (draw(st.sampled_from(KINDS)),)
        steps.append(step(f"s{number}", *(Flow(f"s{aim}", f"o{aim}") for aim in sorted(aims)), kinds=kinds))
    return procedure(*steps, start="s0")


@st.composite
def linked_procedures(draw: st.DrawFn) -> Procedure:
    """Graphs in two parts with messages, choices made by what comes first, and ends that end everything."""
    drawn = draw(st.one_of(layered_procedures(inclusive=draw(st.booleans())), graph_procedures(6)))
    steps = []
    for each in drawn.steps:
        more: dict[str, object] = {"part": draw(st.sampled_from(["", "p"]))}
        if each.split is Split.ONE:
            more["deferred"] = draw(st.booleans())
        if each.flows and (each.split is Split.ALL or len(each.flows) == 1) and draw(st.booleans()):
            at = draw(st.integers(0, len(each.flows) - 1))
            named = (replace(f, message="m") if n == at else f for n, f in enumerate(each.flows))
            more["flows"] = tuple(named)
        if not each.flows and draw(st.booleans()):
            more["element"] = "endEvent:terminate"
        steps.append(replace(each, **more))  # type: ignore[arg-type]
    return replace(drawn, steps=tuple(steps))


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """The roles of these strategies, held by a few people."""
    people = {
        f"cb{number:02}": Person(
            f"cb{number:02}",
            tuple(draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True))),
        )
        for number in range(draw(st.integers(0, 4)))
    }
    roles = {role: Role(role, Text(role), is_leader=role == "chairman") for role in ROLES}
    roles["applicant"] = Role("applicant", Text("applicant"), is_applicant=True)
    return Organisation(roles=roles, people=people)


def separations(of: Sequence[str]) -> tuple[Separation, ...]:
    return (Separation(tuple(of)),)


def unit_limits() -> st.SearchStrategy[Limit]:
    """Limits in every unit."""
    return st.builds(Limit, st.integers(0, 6).map(lambda n: Fraction(n, 2)), st.sampled_from(list(TimeUnit)))


def mutated(trace: Sequence[str], steps: Sequence[str], seed: int) -> list[str]:
    """A run with one thing changed: a step dropped, doubled, swapped with its neighbour or put in."""
    rng = random.Random(seed)
    changed = list(trace)
    at = rng.randrange(len(changed)) if changed else 0
    sort = rng.randrange(4)
    if sort == 0 and changed:
        del changed[at]
    elif sort == 1 and changed:
        changed.insert(at, changed[at])
    elif sort == 2 and len(changed) > 1:
        at = min(at, len(changed) - 2)
        changed[at], changed[at + 1] = changed[at + 1], changed[at]
    else:
        changed.insert(at, rng.choice(list(steps)))
    return changed


@st.composite
def cased_procedures(draw: st.DrawFn) -> Procedure:
    """Procedures some of whose flows exist in one case only; not all of them sound."""
    drawn = draw(st.one_of(block_procedures(6), layered_procedures()))
    case = st.sampled_from(["", "", "", "verification", "default"])
    steps = (
        replace(each, flows=tuple(replace(flow, case=draw(case)) for flow in each.flows))
        if len(each.flows) > 1
        else each
        for each in drawn.steps
    )
    limits = {"default": working_days(3), "verification": working_days(5)}
    return replace(drawn, steps=tuple(steps), limits=limits)


def random_run(game: Game, rng: random.Random) -> list[str]:
    """The visible steps of a run: complete, or the beginning of a long one."""
    state = rng.choice(game.starts)
    run = []
    for _ in range(60):
        moves = [] if game.is_complete(state) else game.moves(state)
        if not moves:
            break
        fired, state = rng.choice(moves)
        if not game.steps[fired].is_silent:
            run.append(fired)
    return run
