"""What a terminate end of BPMN takes away: the tokens of its sub-procedure, or of its part."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from iso_audit.model.procedure import Step

TERMINATE = "endEvent:terminate"


def cleared(
    steps: Sequence[Step], source: Sequence[int], target: Sequence[int], messages: Collection[int]
) -> dict[int, frozenset[int]]:
    """Terminate end -> the edges whose tokens it takes away; messages under way stay so.

    Complexity: linear for each terminate end.
    """
    ending = [node for node, step in enumerate(steps) if step.element == TERMINATE]
    if not ending:
        return {}
    around = {step.id: step.within for step in steps}
    found = {}
    for node in ending:
        own = steps[node]
        inside = [
            own.within in _chain(step.within, around) if own.within else step.part == own.part
            for step in steps
        ]
        found[node] = frozenset(
            edge
            for edge, (one, other) in enumerate(zip(source, target, strict=True))
            if edge not in messages and (inside[one] or inside[other])
        )
    return found


def _chain(at: str, around: dict[str, str]) -> dict[str, None]:
    """A sub-procedure and those around it, the innermost first."""
    chain: dict[str, None] = {}
    while at and at not in chain:
        chain[at] = None
        at = around.get(at, "")
    return chain
