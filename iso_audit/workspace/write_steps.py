"""The steps of a procedure file.

Silent gateways go back into the `next` that made them; those that no nesting could make stay
steps of `kind: route`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from iso_audit.model.limits import unit_in
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.text import Text
from iso_audit.workspace.flows import FLOW_KEYS
from iso_audit.workspace.quoting import comment, limit, listed, mapping, name, scalar, texts, words


def step_lines(procedure: Procedure, comments: Mapping[str, str]) -> Iterator[str]:
    """Write `parts` and `steps`."""
    steps = _Steps(procedure, comments)
    if procedure.parts:
        yield "parts:"
        for part in procedure.parts:
            yield f"  {scalar(part.id)}:"
            if part.unit:
                yield f"    unit: {scalar(part.unit)}"
            if part.limit is not None:
                yield f"    limit: {limit(part.limit, steps.unit)}"
            yield from steps.block(part.id, part.unit, "    ")
    elif "parts" in procedure.keys:
        yield "parts: {}"
    if "steps" in procedure.keys or any(not step.part for step in procedure.steps):
        yield from steps.block("", "", "")


class _Steps:
    """The steps of one procedure, with the gateways that are written inside a `next`."""

    def __init__(self, procedure: Procedure, comments: Mapping[str, str]) -> None:
        self.procedure, self.comments = procedure, comments
        self.unit = unit_in(procedure.time_header)
        self.arrivals = Counter(flow.to for step in procedure.steps for flow in step.flows)
        named = {name for group in procedure.limit_groups for name in group.steps} | {procedure.start}
        self.named = named | {name for duties in procedure.separation for name in duties.of}
        self.nested = {
            flow.to
            for step in procedure.steps
            for index, flow in enumerate(step.flows)
            if self._is_nested(step, index, flow)
        }

    def block(self, part: str, part_unit: str, indent: str) -> Iterator[str]:
        """Write the steps of one part, or those of none."""
        steps = [s for s in self.procedure.steps if s.part == part and s.id not in self.nested]
        yield f"{indent}steps:" if steps else f"{indent}steps: {{}}"
        for step in steps:
            if step.id in self.comments:
                yield from comment(self.comments[step.id], f"{indent}  ")
            written = {key: value for key, value in self._values(step, part_unit).items() if value}
            yield f"{indent}  {scalar(step.id)}:" if written else f"{indent}  {scalar(step.id)}: {{}}"
            yield from (f"{indent}    {key}: {value}" for key, value in written.items())

    def _is_nested(self, step: Step, index: int, flow: Flow) -> bool:
        """Whether reading `next` would make the gateway that this flow leads to, and just that one."""
        gateway = self.procedure.by_id.get(flow.to)
        if (
            gateway is None
            or flow.case
            or flow.message
            or self.arrivals[flow.to] != 1
            or flow.to in self.named
        ):
            return False
        if step.split is not Split.ONE and flow.outcome:
            return False
        label = flow.outcome if step.split is Split.ONE else str(index + 1)
        made = Step(
            f"{step.id}/{label}",
            Text(),
            ("route",),
            part=step.part,
            split=gateway.split,
            flows=gateway.flows,
            within=step.within,
        )
        chooses = gateway.split is not Split.ONE or all(flow.outcome for flow in gateway.flows)
        return gateway == made and bool(label) and bool(gateway.flows) and chooses

    def _values(self, step: Step, part_unit: str) -> dict[str, str]:
        kinds = step.kinds
        return {
            "no": name(step.number),
            "kind": texts(kinds) if len(kinds) > 1 else name("".join(kinds)),
            "name": words(step.name),
            "role": name(step.role),
            "unit": name(step.unit) if step.unit != part_unit or step.is_silent else "",
            "limit": limit(step.limit, self.unit) if step.limit is not None else "",
            "stated_limit": limit(step.stated_limit, self.unit) if step.stated_limit is not None else "",
            "records": texts(step.records) if step.records else "",
            "clock": step.clock.value if step.clock is not None else "",
            "at_most": str(step.at_most) if step.at_most is not None else "",
            "reads": texts(step.reads) if step.reads else "",
            "writes": texts(step.writes) if step.writes else "",
            "control": _flag(step.control),
            "negotiable": _flag(step.negotiable),
            "anytime": _flag(step.anytime),
            "submits_to": texts(step.submits_to) if step.submits_to else "",
            "no_reply": name(step.no_reply),
            "deferred": _flag(step.deferred),
            "join": step.join.value if step.join is not Join.ANY else "",
            "within": name(step.within),
            "bpmn": name(step.element),
            "calls": name(step.calls.procedure) if step.calls is not None else "",
            "next": self._next(step),
        }

    def _next(self, step: Step) -> str:
        outcomes = [flow.outcome for flow in step.flows]
        if not outcomes:
            return ""
        is_named = "" not in outcomes and len(set(outcomes)) == len(outcomes) and _are_outcomes(outcomes)
        if step.split is Split.ONE and (is_named or outcomes == [""]):
            targets = [self._target(flow) for flow in step.flows]
            return targets[0] if outcomes == [""] else mapping(dict(zip(outcomes, targets, strict=True)))
        return mapping({step.split.value: listed([self._target(flow, flow.outcome) for flow in step.flows])})

    def _target(self, flow: Flow, outcome: str = "") -> str:
        if flow.to in self.nested:
            return self._next(self.procedure.by_id[flow.to])
        target = scalar(flow.to, in_flow=True)
        said = {"outcome": outcome, "case": flow.case, "message": flow.message}
        more = {key: scalar(value, in_flow=True) for key, value in said.items() if value}
        return mapping({"to": target, **more}) if more else target


def _are_outcomes(outcomes: list[str]) -> bool:
    """Whether a mapping with these keys would be read as a choice."""
    reserved = {"all", "some", "one", "<<"} & set(outcomes)
    return not reserved and not ("to" in outcomes and set(outcomes) <= FLOW_KEYS)


def _flag(value: bool) -> str:
    return "true" if value else ""
