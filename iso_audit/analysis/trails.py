"""What happened to a dossier, against the runs of every case of a procedure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from iso_audit.analysis.alignment import Aligner, Alignment
from iso_audit.analysis.graph import Graph
from iso_audit.analysis.replay import Replay, Replayer


class Trails:
    """Replays and aligns traces; cases that share a graph share what was remembered of it."""

    def __init__(self, graphs: Mapping[str, Graph], anytime: Collection[str]) -> None:
        """`graphs` by case; steps `anytime` are outside of them."""
        self._graphs, self._anytime = graphs, anytime

    @cached_property
    def _replayers(self) -> dict[Graph, Replayer]:
        return {graph: Replayer(graph, self._anytime) for graph in dict.fromkeys(self._graphs.values())}

    @cached_property
    def _aligners(self) -> dict[Graph, Aligner]:
        return {graph: Aligner(graph, self._anytime) for graph in dict.fromkeys(self._graphs.values())}

    def replay(self, steps: Sequence[str], case: str) -> Replay:
        """Play the steps through a case; of a case that is not known, the best of all."""
        if case in self._graphs:
            return self._replayers[self._graphs[case]].play(steps)
        answers = [replayer.play(steps) for replayer in self._replayers.values()]
        return max(answers, key=lambda r: (r.fits, r.can_finish, -1 if r.stuck_at is None else r.stuck_at))

    def align(self, steps: Sequence[str], case: str) -> Alignment | None:
        """The complete run that fits best; of a case that is not known, the best of all."""
        if case in self._graphs:
            return self._aligners[self._graphs[case]].align(steps)
        found = [aligner.align(steps) for aligner in self._aligners.values()]
        return min((one for one in found if one is not None), key=lambda one: one.cost, default=None)
