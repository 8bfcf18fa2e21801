"""iso-audit.yaml becomes settings."""

from __future__ import annotations

import datetime as dt

from iso_audit.errors import Fault
from iso_audit.model.outcome import Settings
from iso_audit.text import Text
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.settings import AuditShape, CoveredShape, SettingsShape


def settings_of(document: Document, faults: list[Fault]) -> Settings | None:
    """Make the settings that a document describes; None after faults."""
    shape = shaped(SettingsShape, document, faults)
    if shape is None or any(fault.file == document.file for fault in faults):
        return None
    audit = shape.audit or AuditShape()
    return Settings(
        office=shape.office or Text(),
        parent=shape.parent or Text(),
        place=shape.place or Text(),
        report_number=audit.number or "",
        audit_date=audit.date or Settings().audit_date,
        period=_days(audit.period),
        client=audit.client or Text(),
        auditees=tuple(audit.auditees or ()),
        team=tuple(audit.team or ()),
        participants=tuple(audit.participants or ()),
        objectives=audit.objectives or Text(),
        scope=audit.scope or Text(),
        locations=audit.locations or Text(),
        divergent_opinions=audit.divergent_opinions or Text(),
        signer=audit.signer or Text(),
        signer_name=audit.signer_name or "",
        recipients=tuple(audit.recipients or ()),
        calendar=shape.calendar or "",
        packs=tuple(shape.packs or ()),
        log=shape.log or "",
        mapping=shape.mapping or "",
        seed=shape.seed or 0,
        grading=shape.grading.model_dump(exclude_none=True) if shape.grading else {},
        place_read=document.place(),
    )


def _days(period: CoveredShape | None) -> tuple[dt.date, dt.date] | None:
    if period is None or period.first is None or period.last is None:
        return None
    return period.first, period.last
