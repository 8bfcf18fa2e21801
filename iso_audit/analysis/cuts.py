"""Where a log falls apart: by choice, in sequence, side by side, or in rounds.

The four cuts of the directly-follows graph and the logs on either side of them (S. J. J. Leemans,
Robust Process Mining with Guarantees, thesis, TU Eindhoven 2017, chapters 5 and 6). In a log whose
rare successions were passed over, a path that does not fit a cut loses what does not fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

from iso_audit.analysis.blocktree import Sort

Way = tuple[int, ...]
Paths = Mapping[Way, int]
"""Different orders in which dossiers went through activities, with how many went so."""
Group = frozenset[int]


class Follows(NamedTuple):
    """How often a path begins or ends with an activity, and one directly follows another."""

    first: Mapping[int, int]
    last: Mapping[int, int]
    pairs: Mapping[tuple[int, int], int]
    acts: Group


class Cut(NamedTuple):
    """Groups of activities: in their order, or the body of a loop before what leads back to it."""

    sort: Sort
    groups: tuple[Group, ...]


def follows(paths: Paths) -> Follows:
    """Count successions. Linear in the length of the paths."""
    first: Counter[int] = Counter()
    last: Counter[int] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    acts: set[int] = set()
    for path, times in paths.items():
        if path:
            first[path[0]] += times
            last[path[-1]] += times
            acts.update(path)
            for pair in pairwise(path):
                pairs[pair] += times
    return Follows(first, last, pairs, frozenset(acts))


def frequent(seen: Follows, noise: float) -> Follows:
    """Leave out what is rarer than the share `noise` of the most frequent way on from the same place."""
    most: Counter[int] = Counter(seen.last)
    for (before, _), times in seen.pairs.items():
        most[before] = max(most[before], times)
    pairs = {pair: times for pair, times in seen.pairs.items() if times >= noise * most[pair[0]]}
    first, last = (
        {act: times for act, times in ends.items() if times >= noise * max(ends.values())}
        for ends in (seen.first, seen.last)
    )
    return Follows(first, last, pairs, seen.acts)


def cut_of(seen: Follows) -> Cut | None:
    """The first cut that holds. Quadratic in the number of activities."""
    for find in (_choice, _sequence, _parallel, _loop):
        found = find(seen)
        if found is not None:
            return found
    return None


def _components(acts: Iterable[int], edges: Iterable[tuple[int, int]]) -> list[Group]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(acts)
    graph.add_edges_from(edges)
    return sorted(map(frozenset, nx.connected_components(graph)), key=min)


def _choice(seen: Follows) -> Cut | None:
    groups = _components(seen.acts, seen.pairs)
    return Cut(Sort.CHOICE, tuple(groups)) if len(groups) > 1 else None


def _sequence(seen: Follows) -> Cut | None:
    """Groups of which each is reached from the one before it, and never the other way round."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(seen.acts)
    graph.add_edges_from(seen.pairs)
    reached = {act: frozenset(nx.descendants(graph, act)) for act in seen.acts}
    groups: list[Group] = [frozenset((act,)) for act in sorted(seen.acts)]
    is_merged = True
    while is_merged:
        is_merged = False
        ahead = [frozenset[int]().union(*(reached[act] for act in group)) for group in groups]
        bound = [
            (a, b)
            for a in range(len(groups))
            for b in range(a)
            if bool(groups[a] & ahead[b]) == bool(groups[b] & ahead[a])
        ]
        if bound:
            of = _components(range(len(groups)), bound)
            groups = [frozenset[int]().union(*(groups[n] for n in each)) for each in of]
            is_merged = True
    if len(groups) < 2:
        return None
    groups = _whole(_in_order(groups, reached), seen)
    return Cut(Sort.SEQUENCE, tuple(groups)) if len(groups) > 1 else None


def _in_order(groups: list[Group], reached: Mapping[int, Group]) -> list[Group]:
    """Every two groups are reached in one direction alone: who is reached from most comes last."""
    ahead = {group: frozenset[int]().union(*(reached[act] for act in group)) for group in groups}
    return sorted(groups, key=lambda each: sum(bool(each & ahead[o]) for o in groups if o != each))


def _whole(groups: list[Group], seen: Follows) -> list[Group]:
    """Put groups together that are passed over together, lest each be passed over by itself."""
    place = {act: n for n, group in enumerate(groups) for act in group}
    last = len(groups)
    jumps = {(place[a], place[b]) for a, b in seen.pairs}
    jumps |= {(-1, place[act]) for act in seen.first} | {(place[act], last) for act in seen.last}
    found: list[Group] = []
    at = 0
    while at < last:
        to = at
        for end in range(last - 1, at, -1):
            is_passed = any(a < at and b > end for a, b in jumps)
            if is_passed and not any(_breaks(a, b, at, end) for a, b in jumps):
                to = end
                break
        found.append(frozenset[int]().union(*groups[at : to + 1]))
        at = to + 1
    return found


def _breaks(a: int, b: int, at: int, end: int) -> bool:
    """Whether a jump goes into the middle of the groups from `at` to `end`, or out of it."""
    return (a < at and at < b <= end) or (at <= a < end and b > end)


def _parallel(seen: Follows) -> Cut | None:
    """Groups whose activities directly follow each other both ways."""
    acts = sorted(seen.acts)
    apart = [
        (a, b) for a in acts for b in acts if a < b and not ((a, b) in seen.pairs and (b, a) in seen.pairs)
    ]
    groups = _components(acts, apart)
    whole = [group for group in groups if group & seen.first.keys() and group & seen.last.keys()]
    rest = [group for group in groups if group not in whole]
    if len(whole) < 2:
        return None
    if rest:
        whole[0] = whole[0].union(*rest)
    return Cut(Sort.PARALLEL, tuple(whole))


def _loop(seen: Follows) -> Cut | None:
    """A body that begins and ends every path, and groups that lead from its ends to its beginnings."""
    first, last = frozenset(seen.first), frozenset(seen.last)
    inner = seen.acts - first - last
    groups = _components(inner, [(a, b) for a, b in seen.pairs if a in inner and b in inner])
    body = set(first | last)
    again = []
    for group in groups:
        ins = [(a, b) for a, b in seen.pairs if a not in group and b in group]
        outs = [(a, b) for a, b in seen.pairs if a in group and b not in group]
        is_round = all(a in last for a, _ in ins) and all(b in first for _, b in outs)
        is_round = is_round and all((a, b) in seen.pairs for b in {b for _, b in ins} for a in last)
        is_round = is_round and all((a, b) in seen.pairs for a in {a for a, _ in outs} for b in first)
        if is_round and ins and outs:
            again.append(group)
        else:
            body |= group
    return Cut(Sort.LOOP, (frozenset(body), *again)) if again else None


def split(paths: Paths, cut: Cut) -> list[Counter[Way]]:
    """The paths through each group of a cut; what fits no group is left out."""
    parts: list[Counter[Way]] = [Counter() for _ in cut.groups]
    put = {Sort.CHOICE: _chosen, Sort.SEQUENCE: _in_turn, Sort.PARALLEL: _beside, Sort.LOOP: _rounds}
    for path, times in paths.items():
        for number, piece in put[cut.sort](path, cut.groups):
            parts[number][piece] += times
    return parts


def _within(path: Sequence[int], group: Collection[int]) -> Way:
    return tuple(act for act in path if act in group)


def _chosen(path: Way, groups: Sequence[Group]) -> list[tuple[int, Way]]:
    most = max(range(len(groups)), key=lambda n: (sum(act in groups[n] for act in path), -n))
    return [(most, _within(path, groups[most]))]


def _beside(path: Way, groups: Sequence[Group]) -> list[tuple[int, Way]]:
    return [(number, _within(path, group)) for number, group in enumerate(groups)]


def _in_turn(path: Way, groups: Sequence[Group]) -> list[tuple[int, Way]]:
    """Cut a path into one piece a group, so that most of it stays: the best place for every cut so far."""
    kept = [[0] * (len(path) + 1)]
    for group in groups:
        own = [0]
        for act in path:
            own.append(own[-1] + (act in group))
        best, row = -1, []
        for at in range(len(path) + 1):
            best = max(best, kept[-1][at] - own[at])
            row.append(best + own[at])
        kept.append(row)
    pieces, end = [], len(path)
    for number in range(len(groups) - 1, -1, -1):
        begin = end
        while (
            kept[number][begin] + sum(act in groups[number] for act in path[begin:end])
            != (kept[number + 1][end])
        ):
            begin -= 1
        pieces.append((number, _within(path[begin:end], groups[number])))
        end = begin
    return pieces[::-1]


def _rounds(path: Way, groups: Sequence[Group]) -> list[tuple[int, Way]]:
    """Pieces of the body with pieces of what leads back between them."""
    place = {act: number for number, group in enumerate(groups) for act in group}
    pieces: list[tuple[int, list[int]]] = [(0, [])]
    for act in path:
        number = place[act]
        if number != pieces[-1][0]:
            if number and pieces[-1][0]:
                pieces.append((0, []))
            pieces.append((number, []))
        pieces[-1][1].append(act)
    if pieces[-1][0]:
        pieces.append((0, []))
    return [(number, tuple(piece)) for number, piece in pieces]
