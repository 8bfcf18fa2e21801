"""Is there a person for every step, so that no two steps held apart fall to one person?

Workflow satisfiability with separation of duties (Wang and Li 2010, doi:10.1145/1880022.1880034) is
list colouring: steps are nodes, people are colours. Steps with more people than steps they are held
apart from can always be given a person last, so they are set aside. What remains falls into
components; a component in which every two steps are held apart is a matching (Hall 1935), any other
is searched with a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import comb

BUDGET = 20_000
"""Steps of one search before it is given up."""

GROUPS = 2_000
"""So many groups are tried to find a smaller one."""

Choices = Mapping[str, frozenset[str]]
"""Step -> people who may carry it out."""

Apart = Mapping[str, frozenset[str]]
"""Step -> steps that whoever carries it out may not carry out too."""


class TooHardError(Exception):
    """The search was given up: neither an assignment nor its absence is known."""


def assignment(choices: Choices, apart: Apart) -> dict[str, str] | None:
    """A person for each step of `choices`; None if there is no lawful assignment. Raises TooHardError."""
    given: dict[str, str] = {}
    last = _set_aside(choices, apart)
    for component in _components([step for step in choices if step not in last], apart):
        found = _of_component(component, choices, apart)
        if found is None:
            return None
        given |= found
    for step in reversed(last):
        taken = {given[other] for other in apart.get(step, ()) if other in given}
        given[step] = min(choices[step] - taken)
    return given


def smallest_group(choices: Choices, apart: Apart) -> tuple[str, ...]:
    """The steps of a smallest group for which there are too few people; empty if there is none.

    No step of the group can be left out; that no other group is smaller is sure only where at most
    `GROUPS` smaller ones had to be tried. Raises TooHardError.
    """
    if assignment(choices, apart) is not None:
        return ()
    last = set(_set_aside(choices, apart))
    steps = [step for step in choices if step not in last]
    group = list(steps)
    for step in steps:
        fewer = [other for other in group if other != step]
        if _is_too_small(fewer, choices, apart):
            group = fewer
    for size in range(1, len(group)):
        if comb(len(steps), size) > GROUPS:
            break
        smaller = next((g for g in combinations(steps, size) if _is_too_small(g, choices, apart)), None)
        if smaller is not None:
            return smaller
    return tuple(group)


def _is_too_small(group: list[str] | tuple[str, ...], choices: Choices, apart: Apart) -> bool:
    return assignment({step: choices[step] for step in group}, apart) is None


def _set_aside(choices: Choices, apart: Apart) -> list[str]:
    """Steps that find somebody whatever the steps after them in the list are given."""
    degree = {step: sum(other in choices for other in apart.get(step, ())) for step in choices}
    found = [step for step in choices if degree[step] < len(choices[step])]
    seen = set(found)
    for step in found:
        for other in apart.get(step, ()):
            if other in degree and other not in seen:
                degree[other] -= 1
                if degree[other] < len(choices[other]):
                    seen.add(other)
                    found.append(other)
    return found


def _components(steps: list[str], apart: Apart) -> Iterator[list[str]]:
    left = dict.fromkeys(steps)
    while left:
        component = [next(iter(left))]
        del left[component[0]]
        for step in component:
            for other in sorted(apart.get(step, ())):
                if other in left:
                    del left[other]
                    component.append(other)
        yield component


def _of_component(steps: list[str], choices: Choices, apart: Apart) -> dict[str, str] | None:
    if all(len(apart.get(step, frozenset()) & set(steps)) == len(steps) - 1 for step in steps):
        return _matching(steps, choices)
    return _Search(steps, choices, apart).run()


def _matching(steps: list[str], choices: Choices) -> dict[str, str] | None:
    """A different person for each step (Hopcroft and Karp 1973)."""
    import networkx as nx  # here, because few procedures ask and the library takes long to load

    graph: nx.Graph[tuple[str, str]] = nx.Graph()
    graph.add_nodes_from(("step", step) for step in steps)
    graph.add_edges_from(
        (("step", step), ("person", each)) for step in steps for each in sorted(choices[step])
    )
    matched = nx.bipartite.hopcroft_karp_matching(graph, [("step", step) for step in steps])
    if any(("step", step) not in matched for step in steps):
        return None
    return {step: matched["step", step][1] for step in steps}


class _Search:
    """Backtracking: the step with the fewest people first; people nobody can tell apart are tried once."""

    def __init__(self, steps: list[str], choices: Choices, apart: Apart) -> None:
        self.left = {step: set(choices[step]) for step in steps}
        self.apart = apart
        self.given: dict[str, str] = {}
        self.budget = BUDGET
        everybody = {person for step in steps for person in choices[step]}
        self.kind = {p: frozenset(step for step in steps if p in choices[step]) for p in everybody}

    def run(self) -> dict[str, str] | None:
        return self.given if self._fill() else None

    def _fill(self) -> bool:
        if not self.left:
            return True
        self.budget -= 1
        if self.budget < 0:
            raise TooHardError
        step = min(self.left, key=lambda each: (len(self.left[each]), each))
        people = self.left.pop(step)
        busy = set(self.given.values())
        tried: set[frozenset[str]] = set()
        for person in sorted(people):
            if person not in busy:
                if self.kind[person] in tried:
                    continue
                tried.add(self.kind[person])
            lost = [s for s in self.apart.get(step, ()) if s in self.left and person in self.left[s]]
            for other in lost:
                self.left[other].discard(person)
            self.given[step] = person
            if all(self.left[other] for other in lost) and self._fill():
                return True
            del self.given[step]
            for other in lost:
                self.left[other].add(person)
        self.left[step] = people
        return False
