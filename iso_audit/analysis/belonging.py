"""Whether a path is a run of a block, decided from the block itself: exact, and never exponential.

Every activity stands in one place of a block alone, so that a path falls apart in one way where the block
is a sequence, a choice or parallel; in a loop all places where a round may end are followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from iso_audit.analysis.blocktree import Block, Sort, Succession, succession
from iso_audit.analysis.cuts import Way


class Runs:
    """The runs of one block.

    Complexity of a question: length of the path x depth of the block; in a loop times the cube of the
    length at worst.
    """

    def __init__(self, whole: Block) -> None:
        self._whole = whole
        self._known: dict[int, Succession] = {}
        self._learn(whole)

    def _learn(self, of: Block) -> None:
        self._known[id(of)] = succession(of)
        for part in of.parts:
            self._learn(part)

    def __contains__(self, path: Way) -> bool:
        """Whether the path is a run, from its beginning to its end."""
        return self._has(self._whole, path)

    def first_misfit(self, path: Way) -> int | None:
        """Index of the first activity that may not directly follow the one before it."""
        known = self._known[id(self._whole)]
        for at, act in enumerate(path):
            if act not in known.first if not at else (path[at - 1], act) not in known.pairs:
                return at
        return None

    def _has(self, of: Block, path: Way) -> bool:
        known = self._known[id(of)]
        if not path:
            return known.is_empty
        if path[0] not in known.first or path[-1] not in known.last:
            return False
        if of.sort is Sort.STEP:
            return len(path) == 1
        if of.sort is Sort.LOOP:
            return self._goes_round(of, path)
        if of.sort is Sort.CHOICE:
            return any(path[0] in self._known[id(part)].acts and self._has(part, path) for part in of.parts)
        acts = [self._known[id(part)].acts for part in of.parts]
        if not known.acts.issuperset(path):
            return False
        if of.sort is Sort.PARALLEL:
            own = [tuple(act for act in path if act in each) for each in acts]
            return all(map(self._has, of.parts, own))
        at = 0
        for part, each in zip(of.parts, acts, strict=True):
            begun = at
            while at < len(path) and path[at] in each:
                at += 1
            if not self._has(part, path[begun:at]):
                return False
        return at == len(path)

    def _goes_round(self, of: Block, path: Way) -> bool:
        body, *again = of.parts
        reached = set(self._ends(body, path, 0))
        ahead = list(reached)
        while ahead:
            at = ahead.pop()
            for way in again:
                for back in self._ends(way, path, at):
                    new = set(self._ends(body, path, back)) - reached
                    reached |= new
                    ahead += new
        return len(path) in reached

    def _ends(self, of: Block, path: Way, begun: int) -> Iterator[int]:
        """Where a run of the block that begins at a place of the path may end."""
        known = self._known[id(of)]
        if known.is_empty:
            yield begun
        if begun < len(path) and path[begun] in known.first:
            for end in range(begun + 1, len(path) + 1):
                if path[end - 1] not in known.acts:
                    break
                if path[end - 1] in known.last and self._has(of, path[begun:end]):
                    yield end
