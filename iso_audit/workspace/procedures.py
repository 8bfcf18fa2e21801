"""Procedure files become procedures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.limits import read_limit, unit_in
from iso_audit.model.procedure import (
    Call,
    Decision,
    Form,
    Join,
    Kept,
    LegalBasis,
    Limit,
    LimitGroup,
    Part,
    Period,
    Procedure,
    Separation,
    Step,
    StepClock,
    Version,
)
from iso_audit.text import Text
from iso_audit.workspace.faults import Path
from iso_audit.workspace.messages import deliver
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.references import References, part_of
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.procedure import ProcedureShape, StepShape


def read_procedure(path: FilePath, file: str, faults: list[Fault]) -> Procedure | None:
    """Read one procedure file; None after faults."""
    document = read_yaml(path, file, faults)
    return None if document is None else procedure_of(document, faults)


def procedure_of(document: Document, faults: list[Fault]) -> Procedure | None:
    """Make the procedure that a document describes; None after faults in its file."""
    shape = shaped(ProcedureShape, document, faults)
    references = References(document, faults)
    if shape is None or any(fault.file == document.file for fault in faults):
        return None
    return _Making(shape, document, references).procedure()


class _Making:
    """Turns a shape without faults into the noun."""

    def __init__(self, shape: ProcedureShape, document: Document, references: References) -> None:
        self.shape, self.document, self.references = shape, document, references
        self.unit = unit_in(shape.time_header) if shape.time_header else None

    def procedure(self) -> Procedure:
        shape = self.shape
        return Procedure(
            id=shape.procedure,
            steps=self._steps(),
            title=shape.title or Text(),
            code=shape.code or "",
            level=shape.level or "",
            owner=shape.owner or "",
            authority=shape.authority or "",
            limits={case: self._at(limit, "limit", case) for case, limit in (shape.limit or {}).items()},
            in_force=shape.in_force.period() if shape.in_force else Period(),
            legal_basis=self._legal_basis(),
            separation=tuple(
                Separation(tuple(duties), self.document.place("separation", i))
                for i, duties in enumerate(shape.separation or ())
            ),
            start=shape.start or "",
            limit_groups=tuple(
                LimitGroup(
                    tuple(group.steps),
                    self._at(group.limit, "limit_groups", i, "limit"),
                    self.document.place("limit_groups", i),
                )
                for i, group in enumerate(shape.limit_groups or ())
            ),
            parts=self._parts(),
            outside=tuple(shape.outside or ()),
            extent=shape.extent or "full",
            time_header=shape.time_header or "",
            same_day=bool(shape.same_day),
            cutoff=shape.cutoff,
            cutoff_effect=shape.cutoff_effect or "none",
            ways=tuple(shape.ways or ()),
            applicants=tuple(shape.applicants or ()),
            documents=tuple(shape.documents or ()),
            forms=self._forms(),
            conditions=tuple(shape.conditions or ()),
            fee=shape.fee or "",
            result=shape.result or "",
            version=self._version(),
            decision=self._decision(),
            kept=tuple(
                Kept(piece.of or "", piece.xml, self.document.place("bpmn", i))
                for i, piece in enumerate(shape.bpmn or ())
            ),
            keys=frozenset(key for key in shape.model_fields_set if getattr(shape, key) is not None),
            place=self.document.place("procedure"),
        )

    def _at(self, limit: Limit, *path: str | int) -> Limit:
        read = read_limit(limit.printed, self.unit) if self.unit else limit
        return replace(read or limit, place=self.document.place(*path))

    def _steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        for name, path in self.references.paths.items():
            steps.append(self._step(name, path))
            steps += self.references.exits[name].gateways
        return tuple(deliver(steps, self.references.messages))

    def _step(self, name: str, path: Path) -> Step:
        part = part_of(path)
        holder = self.shape.parts[part] if part and self.shape.parts else self.shape
        shape = (holder.steps or {})[name] or StepShape()
        exits = self.references.exits[name]
        default_unit = holder.unit if part else None  # type: ignore[union-attr]
        return Step(
            id=name,
            name=shape.name or Text(),
            kinds=tuple(shape.kind or ()),
            number=shape.no or "",
            role=shape.role or "",
            unit=shape.unit or ("" if shape.kind == ["route"] else default_unit) or "",
            part=part,
            limit=shape.limit and self._at(shape.limit, *path, "limit"),
            stated_limit=shape.stated_limit and self._at(shape.stated_limit, *path, "stated_limit"),
            records=tuple(shape.records or ()),
            clock=StepClock(shape.clock) if shape.clock else None,
            at_most=shape.at_most,
            reads=tuple(shape.reads or ()),
            writes=tuple(shape.writes or ()),
            control=bool(shape.control),
            negotiable=bool(shape.negotiable),
            anytime=bool(shape.anytime),
            submits_to=tuple(shape.submits_to or ()),
            no_reply=shape.no_reply or "",
            split=exits.split,
            deferred=bool(shape.deferred),
            join=Join(shape.join) if shape.join else Join.ANY,
            flows=exits.flows,
            within=shape.within or "",
            element=shape.bpmn or "",
            calls=Call(shape.calls, self.document.place(*path, "calls")) if shape.calls else None,
            place=self.document.key_place(*path),
        )

    def _parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(
                name,
                part.unit or "",
                part.limit and self._at(part.limit, "parts", name, "limit"),
                self.document.key_place("parts", name),
            )
            for name, part in (self.shape.parts or {}).items()
        )

    def _legal_basis(self) -> tuple[LegalBasis, ...]:
        return tuple(
            LegalBasis(basis.ref, basis.article or "", basis.period(), self.document.place("legal_basis", i))
            for i, basis in enumerate(self.shape.legal_basis or ())
        )

    def _forms(self) -> tuple[Form, ...]:
        return tuple(
            Form(form.no, form.ref, form.name or Text(), self.document.place("forms", i))
            for i, form in enumerate(self.shape.forms or ())
        )

    def _version(self) -> Version | None:
        version = self.shape.version
        if version is None:
            return None
        return Version(
            number=version.number or "",
            date=version.date,
            prepared_by=version.prepared_by or "",
            checked_by=version.checked_by or "",
            reviewed_by=version.reviewed_by or "",
            approved_by=version.approved_by or "",
            changes=tuple(version.changes or ()),
            place=self.document.key_place("version"),
        )

    def _decision(self) -> Decision | None:
        decision = self.shape.decision
        if decision is None:
            return None
        return Decision(decision.number, decision.date, decision.authority or "", decision.note or Text())
