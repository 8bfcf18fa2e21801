"""From the paths of dossiers to a procedure that an owner can correct: blocks found by cutting a log.

The log is cut where its directly-follows graph falls apart, and each piece again, until single steps are
left; where nothing falls apart, what is known at least is kept (S. J. J. Leemans, Robust Process Mining
with Guarantees, thesis, TU Eindhoven 2017). Without noise every path fits what is found. With noise rare
successions are passed over, and so are the dossiers that went that way; so are rare paths as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iso_audit.analysis.belonging import Runs
from iso_audit.analysis.blocktree import NOTHING, Block, Sort, block, succession
from iso_audit.analysis.cuts import Cut, Paths, Way, cut_of, follows, frequent, split
from iso_audit.analysis.drafting import drafted
from iso_audit.model.procedure import Step

LEVELS = ((1.0, 0.0), (0.98, 0.0), (0.95, 0.0), (0.9, 0.0), (0.85, 0.0), (0.8, 0.0), (0.7, 0.0), (0.6, 0.0),
          (1.0, 0.1), (1.0, 0.2), (0.95, 0.1), (0.95, 0.2), (0.9, 0.1), (0.9, 0.2))  # fmt: skip
"""(share of the dossiers whose paths are looked at, the most frequent paths first; share of the most
frequent way on below which a succession is passed over): the best of them is chosen."""
USUAL = 0.005
"""Share of the dossiers from which a succession is worth drawing; one dossier alone shows no habit."""
MOST_ACTS = 80
"""Activities that a proposal is made of at most; what is rarer is left out and listed."""
_MOST_REMOVED = 1_000_000
"""Activities times events up to which it is tried whether the rest falls apart without one activity."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Steps proposed for a log, and how far its dossiers went that way."""

    steps: tuple[Step, ...]
    """With ids and flows; gateways are silent."""
    start: str
    share: float
    """Dossiers on the main paths that were looked at."""
    noise: float
    dossiers: int
    fitting: int
    """Dossiers that are a complete run of the steps."""
    left_out: tuple[tuple[Way, int, int | None], ...]
    """Paths that are no run, the most frequent first: activities, dossiers, index of the first misfit."""
    allowed: int
    """Direct successions that the steps allow, the first and the last step included."""
    seen: int
    """Those of them that happened, in at least the share `USUAL` of the dossiers and in two."""
    acts_left_out: tuple[int, ...] = ()

    @property
    def merit(self) -> float:
        """Mean of two shares: dossiers that fit, counted twice, and allowed successions that happened.

        The F2 measure: an owner sooner strikes out what nobody does than finds what is missing.
        """
        fit = self.fitting / self.dossiers if self.dossiers else 0.0
        sharp = self.seen / self.allowed if self.allowed else 0.0
        return 5 * fit * sharp / (4 * sharp + fit) if fit + sharp else 0.0


def proposed(
    paths: Paths, ids: Mapping[int, str], levels: Iterable[tuple[float, float]] = LEVELS
) -> Proposed | None:
    """The steps that say most with least: of all `levels` the one of most merit, the first of equal ones.

    Args:
        paths: Different orders of activities, with the number of dossiers; empty ones do not count.
        ids: Activity -> id of its step.
        levels: (share of dossiers, noise) to try.

    Returns:
        None where no dossier has any activity.
    """
    whole = Counter({path: times for path, times in paths.items() if path})
    frequency: Counter[int] = Counter()
    for path, times in whole.items():
        frequency.update(dict.fromkeys(path, times))
    kept = {act for act, _ in sorted(frequency.items(), key=lambda item: (-item[1], item[0]))[:MOST_ACTS]}
    used: Counter[Way] = Counter()
    for path, times in whole.items():
        used[tuple(act for act in path if act in kept)] += times
    del used[()]
    best: Proposed | None = None
    tried: set[Block] = set()
    looked_at: set[tuple[int, float]] = set()
    for share, noise in levels if used else ():
        chosen = main_paths(used, share)
        if (len(chosen), noise) in looked_at:
            continue
        looked_at.add((len(chosen), noise))
        found = discovered(chosen, noise)
        if found not in tried:
            tried.add(found)
            made = _measured(found, whole, ids, share, noise)
            best = made if best is None or made.merit > best.merit + 1e-9 else best
    return best


def main_paths(paths: Paths, share: float) -> Counter[Way]:
    """The most frequent paths that this share of the dossiers went; equally frequent ones all or none."""
    ordered = sorted(paths.items(), key=lambda item: (-item[1], item[0]))
    wanted, taken = share * sum(paths.values()), 0
    found: Counter[Way] = Counter()
    last = 0
    for path, times in ordered:
        if taken >= wanted and times < last:
            break
        found[path], taken, last = times, taken + times, times
    return found


def discovered(paths: Paths, noise: float = 0.0) -> Block:
    """The block that the paths are runs of; without noise of all of them.

    Complexity: pieces x (length of the paths + square of the activities).
    """
    empty, total = paths.get((), 0), sum(paths.values())
    if empty == total:
        return NOTHING
    paths = {path: times for path, times in paths.items() if path}
    if empty:
        rest = discovered(paths, noise)
        return block(Sort.CHOICE, (rest, NOTHING)) if empty > noise * total else rest
    seen = follows(paths)
    if len(seen.acts) == 1:
        return _single(paths, noise)
    found = cut_of(seen)
    if found is None and noise:
        found = cut_of(frequent(seen, noise))
    return _cut(paths, found, noise) if found is not None else _fallen_through(paths, noise)


def _cut(paths: Paths, cut: Cut, noise: float) -> Block:
    return block(cut.sort, [discovered(part, noise) for part in split(paths, cut) if part])


def _single(paths: Paths, noise: float) -> Block:
    (act,) = {path[0] for path in paths}
    once = Block(Sort.STEP, act)
    again = sum(times for path, times in paths.items() if len(path) > 1)
    return Block(Sort.LOOP, parts=(once, NOTHING)) if again > noise * sum(paths.values()) else once


def _fallen_through(paths: Paths, noise: float) -> Block:
    """What is known where no cut holds: a step beside all others, rounds, or any order at all."""
    acts = sorted({act for path in paths for act in path})
    counts = {act: Counter(path.count(act) for path in paths) for act in acts}
    beside = next((act for act in acts if counts[act].keys() == {1}), None)
    if beside is None and len(acts) * sum(map(len, paths)) <= _MOST_REMOVED:
        beside = next((act for act in acts if cut_of(follows(_without(paths, act))) is not None), None)
    if beside is not None:
        alone = Cut(Sort.PARALLEL, (frozenset((beside,)), frozenset(acts) - {beside}))
        return _cut(paths, alone, noise)
    seen = follows(paths)
    for last in (frozenset(seen.last), frozenset(acts)):
        rounds: Counter[Way] = Counter()
        for path, times in paths.items():
            for piece in _rounds(path, frozenset(seen.first), last):
                rounds[piece] += times
        if sum(rounds.values()) > sum(paths.values()):
            return block(Sort.LOOP, (discovered(rounds, noise), NOTHING))
    any_step = block(Sort.CHOICE, [Block(Sort.STEP, act) for act in acts])
    return block(Sort.LOOP, (any_step, NOTHING))


def _without(paths: Paths, act: int) -> Counter[Way]:
    found: Counter[Way] = Counter()
    for path, times in paths.items():
        found[tuple(each for each in path if each != act)] += times
    return found


def _rounds(path: Way, first: frozenset[int], last: frozenset[int]) -> list[Way]:
    """Cut a path wherever an end is followed by a beginning."""
    cuts = [n for n in range(1, len(path)) if path[n] in first and path[n - 1] in last]
    return [path[a:b] for a, b in zip([0, *cuts], [*cuts, len(path)], strict=True)]


def _measured(found: Block, paths: Paths, ids: Mapping[int, str], share: float, noise: float) -> Proposed:
    """Count the paths that are runs, and compare the successions."""
    steps, start = drafted(found, ids)
    runs = Runs(found)
    left_out = []
    fitting = 0
    for path, times in paths.items():
        if path in runs:
            fitting += times
        else:
            left_out.append((path, times, runs.first_misfit(path)))
    left_out.sort(key=lambda each: (-each[1], each[0]))
    may, did = succession(found), follows(paths)
    allowed = len(may.pairs) + len(may.first) + len(may.last)
    enough = min(max(2.0, USUAL * sum(paths.values())), max(paths.values()))
    seen = sum(did.pairs.get(pair, 0) >= enough for pair in may.pairs)
    seen += sum(did.first.get(act, 0) >= enough for act in may.first)
    seen += sum(did.last.get(act, 0) >= enough for act in may.last)
    acts = frozenset(did.acts) - may.acts
    return Proposed(
        steps, start, share, noise, sum(paths.values()), fitting, tuple(left_out), allowed, seen,
        tuple(sorted(acts)),
    )  # fmt: skip


def steps_between(paths: Paths) -> Mapping[int, Sequence[tuple[int, int]]]:
    """What followed each activity, the most frequent first; -1 stands for the end."""
    found: dict[int, Counter[int]] = {}
    for path, times in paths.items():
        for act, after in zip(path, (*path[1:], -1), strict=True):
            found.setdefault(act, Counter())[after] += times
    return {act: sorted(after.items(), key=lambda item: (-item[1], item[0])) for act, after in found.items()}
