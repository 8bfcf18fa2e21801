"""Reads a BPMN 2.0 file into procedures: one for each process, one for processes that exchange messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree

from iso_audit.errors import Fault, InputError
from iso_audit.exchange.bpmn import unread
from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.drawing_faults import drawing_faults
from iso_audit.exchange.bpmn.facts import read_facts, read_noun
from iso_audit.exchange.bpmn.flows import beginnings
from iso_audit.exchange.bpmn.letters import deliver, outer_messages, outside_of
from iso_audit.exchange.bpmn.making import At
from iso_audit.exchange.bpmn.markup import line_of, root_of
from iso_audit.exchange.bpmn.shapes import Participant, Scope, local
from iso_audit.exchange.bpmn.steps import Steps, step_id
from iso_audit.exchange.bpmn.vocabulary import own, tag
from iso_audit.model.outcome import Remark
from iso_audit.model.place import Place
from iso_audit.model.procedure import Flow, Kept, Part, Procedure, Split, Step
from iso_audit.text import Text, printable

FOREIGN = "drawing"
"""Extent of a drawing that does not carry our facts: what it cannot show is judged open."""


@dataclass(frozen=True, slots=True)
class Model:
    """What was read of one file."""

    procedures: tuple[Procedure, ...]
    notes: tuple[Fault, ...]
    """Whatever was not read as meaning, each with its line, in the order of the file."""
    remarks: tuple[Remark, ...] = ()
    """The same, then what there is to say about the habits of drawing."""


def read_bpmn(path: Path) -> Model:
    """Read a BPMN file; places name it as `path` does.

    Raises:
        InputError: with every fault, where the file is no BPMN 2.0 or contradicts itself.
    """
    return read_root(root_of(path), printable(str(path)))


def read_root(root: etree._Element, file: str) -> Model:
    """Read the root of a BPMN file; raises InputError with every fault."""
    reading = _Reading(Drawing(root, file))
    procedures = reading.procedures()
    if reading.faults:
        raise InputError(reading.faults)
    notes = tuple(sorted(reading.notes.found, key=lambda note: note.line))
    unread_ = [Remark("unread", note.what, "", Place(note.file, note.line)) for note in notes]
    return Model(tuple(procedures), notes, (*unread_, *drawing_faults(reading.drawing)))


class _Reading:
    """One reading of one drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing, self.faults = drawing, drawing.faults
        self.notes = unread.Notes(drawing.file)
        self.pools: dict[str, Participant] = {}
        for pool in drawing.participants:
            if pool.process:
                self.pools.setdefault(pool.process, pool)
        self.roots = self._roots()

    def procedures(self) -> list[Procedure]:
        kept = list(unread.of_file(self.drawing, self.notes))
        groups = self._groups()
        made = [self._procedure(group, kept) for group in groups]
        known: set[str] = set()
        found = []
        for procedure in made:
            if procedure is None:
                continue
            name = procedure.id
            while name in known:
                name += "-2"
            known.add(name)
            found.append(procedure if name == procedure.id else replace(procedure, id=name))
        return found

    def _roots(self) -> list[Scope]:
        """Processes that stand for themselves: with a pool of their own, or called by no other one."""
        calls: dict[str, set[str]] = {}
        for process in self.drawing.processes:
            calls[process.id] = {
                local(node.xml.get("calledElement", ""))
                for scope in process.walk()
                for node in scope.nodes
                if node.element == "callActivity"
            }
        first = [p for p in self.drawing.processes if p.id in self.pools]
        first += [p for p in self.drawing.processes if not any(p.id in calls[o] for o in calls)]
        seen = {p.id for p in first}
        roots = set(seen)
        # what only circles of calls reach begins with its first process
        for process in (*first, *self.drawing.processes):
            if process.id not in seen:
                roots.add(process.id)
            stack = [process.id]
            while stack:
                for name in calls.get(stack.pop(), ()):
                    if name not in seen:
                        seen.add(name)
                        stack.append(name)
            seen.add(process.id)
        return [process for process in self.drawing.processes if process.id in roots]

    def _groups(self) -> list[list[Scope]]:
        """Processes that messages link, in the order of the file."""
        of_node = {
            node: process for process in self.roots for scope in process.walk() for node in scope.nodes
        }
        group = {process.id: [process] for process in self.roots}
        for flow in self.drawing.messages:
            ends = [of_node.get(end) for end in (flow.source, flow.target) if end is not None]
            if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
                one, other = group[ends[0].id], group[ends[1].id]
                if one is not other:
                    one += other
                    for process in other:
                        group[process.id] = one
        order = {process.id: at for at, process in enumerate(self.roots)}
        distinct = {id(each): each for each in group.values()}
        groups = [sorted(each, key=lambda process: order[process.id]) for each in distinct.values()]
        return sorted(groups, key=lambda each: order[each[0].id])

    def _procedure(self, group: Sequence[Scope], kept: Iterable[Kept]) -> Procedure | None:
        """Make the procedure of one process or of several linked ones."""
        filled = [process for process in group if process.nodes]
        for process in group:
            if not process.nodes:
                self.notes.say("no-step", process.xml)
        if not filled:
            return None
        steps = Steps(self.drawing, self.notes, self.faults)
        facts = next((found for p in filled if (found := _ours(p.xml, "procedure")) is not None), None)
        parts = [self._part(process, len(filled) > 1) for process in filled]
        for process, part in zip(filled, parts, strict=True):
            pool = self.pools.get(process.id)
            unit = pool.name if pool is not None and facts is None else ""
            steps.add_process(process, At(part=part.id if part else "", unit=unit))
            steps.kept += unread.of_scope(process, self.notes, process is filled[0])
        if not steps.steps:
            self.notes.say("no-step", filled[0].xml)
            return None
        deliver(steps)
        start = self._start(steps, filled) if facts is None else ""
        said: dict[str, Any] = {} if facts is None else read_facts(facts, Procedure, steps.report)
        known = {(piece.of, piece.xml): piece for piece in (*kept, *outer_messages(steps), *steps.kept)}
        pieces = [known[key] for key in sorted(known)]
        plain = self._plain(filled)
        said = {**(plain if facts is None else {"place": plain["place"]}), **said, "kept": tuple(pieces)}
        if start:
            said["start"] = start
        said["outside"] = tuple(dict.fromkeys((*said.get("outside", ()), *outside_of(steps, filled))))
        said["parts"] = tuple(part for part in parts if part is not None)
        procedure = Procedure(steps=steps.ordered(), **said)
        return replace(procedure, limit_groups=tuple(self._groups_known(procedure)))

    def _plain(self, processes: Sequence[Scope]) -> dict[str, Any]:
        """What the drawing itself says of the whole."""
        first = processes[0]
        pool = self.pools.get(first.id)
        name, title = first.id, first.name or (pool.name if pool else "")
        if len(processes) > 1:
            whole = self.drawing.root.find(tag("collaboration"))
            named = "" if whole is None else " ".join(whole.get("name", "").split())
            name = first.id if whole is None else whole.get("id", first.id)
            names = (p.name or (self.pools[p.id].name if p.id in self.pools else p.id) for p in processes)
            title = named or " – ".join(names)
        place = Place(self.drawing.file, line_of(first.xml))
        return {
            "id": step_id(name), "title": Text(title), "extent": FOREIGN, "place": place,
            "keys": frozenset(("steps",)) if len(processes) == 1 else frozenset(("parts",)),
        }  # fmt: skip

    def _part(self, process: Scope, linked: bool) -> Part | None:
        pool = self.pools.get(process.id)
        if pool is not None and (facts := _ours(pool.xml, "part")) is not None:
            return read_noun(facts, Part, self._report)
        if not linked or (pool is None and _ours(process.xml, "procedure") is not None):
            return None
        if pool is None:
            return Part(step_id(process.id), place=Place(self.drawing.file, line_of(process.xml)))
        place = Place(self.drawing.file, line_of(pool.xml))
        return Part(_plain_id(pool.name) or step_id(pool.id), pool.name, None, place)

    def _report(self, element: etree._Element, field: str, value: str) -> None:
        said = Text(f"không đọc được {field} = '{value}'", f"{field} = '{value}' cannot be read")
        self.faults.append(Fault(said, self.drawing.file, line_of(element)))

    def _groups_known(self, procedure: Procedure) -> Iterator[Any]:
        """Shared limits, without steps that the drawing no longer has."""
        for group in procedure.limit_groups:
            known = tuple(step for step in group.steps if step in procedure.by_id)
            if known:
                yield group if known == group.steps else replace(group, steps=known)

    def _start(self, steps: Steps, processes: Sequence[Scope]) -> str:
        """One entry: where several events start a process, any of them does; several processes start all.

        Returns its id where something else stands loose that no start event starts.
        """
        arrived = {flow.to for step in steps.steps.values() for flow in step.flows}
        entries: list[str] = []
        for process in processes:
            nodes, split, deferred = beginnings(process)
            names = [steps.entry[n] for n in nodes if n in steps.entry and steps.entry[n] not in arrived]
            if len(names) > 1:
                name = f"{step_id(process.id)}/start"
                names = [self._first(steps, name, names, split, deferred)]
            entries += names
        if len(entries) > 1:
            entries = [self._first(steps, "start", entries, Split.ALL, False)]
        arrived = {flow.to for step in steps.steps.values() for flow in step.flows}
        loose = any(name not in arrived and name not in entries for name in steps.steps)
        return entries[0] if entries and loose else ""

    def _first(self, steps: Steps, name: str, to: list[str], split: Split, deferred: bool) -> str:
        while name in steps.steps:
            name += "+"
        beside = steps.steps[to[0]]
        made = Step(
            name, Text(), ("route",), part=beside.part, split=split, deferred=deferred,
            flows=tuple(map(Flow, to)), place=beside.place,
        )  # fmt: skip
        known = list(steps.steps.items())
        at = list(steps.steps).index(to[0])
        steps.steps = dict([*known[:at], (name, made), *known[at:]])
        return name


def _ours(xml: etree._Element, name: str) -> etree._Element | None:
    return xml.find(f"{tag('extensionElements')}/{own(name)}")


def _plain_id(name: str) -> str:
    return re.sub(r"[^\w.\-]+", "-", name).strip("-_.")
