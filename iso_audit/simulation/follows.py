"""Which step of a procedure comes after which, and which choices the order of a dossier's steps shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from iso_audit.model.procedure import Procedure, Split, Step

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
