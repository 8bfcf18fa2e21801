"""The log beside the office's own register, dossier by dossier: a part of the plain auditor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engine.plain import Dossier, PlainAudit, Row

DAYS = ("received_at", "appointed_at", "due_at", "finished_at", "returned_at")


def mark_register(audit: PlainAudit, rows: Sequence[Row] | None) -> list[tuple[int, str]]:
    """Give every judged dossier its facts about the register; return the rows that were refused."""
    names = ("unregistered", *(f"register_{name}" for name in ("received", "appointed", "finished")))
    for dossier in audit.judged:
        dossier.facts |= dict.fromkeys((*names, "register_returned", "register_status"), 2)
    if rows is None:
        return []
    table, refused, unread = audit.mapping.register, [], set()
    entries: dict[str, dict[str, object]] = {}
    for number, values in enumerate(rows, start=2):
        code = audit._get(values, table, "dossier_id")
        if not code:
            refused.append((number, "no-dossier"))
            continue
        try:
            entry: dict[str, object] = {n: audit._moment(audit._get(values, table, n)) for n in DAYS}
        except ValueError:
            refused.append((number, "bad-date"))
            unread.add(code)
            continue
        if code in entries:
            refused.append((number, "duplicate"))
            continue
        said = audit._get(values, table, "status")
        entries[code] = entry | {"status": audit.mapping.statuses.get(said, said)}
    moments = [entry["received_at"] for entry in entries.values()]
    received = [moment.date() for moment in moments if isinstance(moment, dt.datetime)]
    for dossier in audit.judged:
        entry = entries.get(dossier.id)
        if entry is not None:
            dossier.facts["unregistered"] = 0
            _compare(audit, dossier, entry)
        elif received and dossier.received and dossier.id not in unread:
            within = min(received) <= dossier.received.date() <= max(received)
            dossier.facts["unregistered"] = 1 if within else 2
    return refused


def _compare(audit: PlainAudit, dossier: Dossier, entry: dict[str, object]) -> None:
    ours = {
        "received": dossier.received,
        "appointed": (dossier.row or {}).get("appointed_at"),
        "finished": dossier.end,
        "returned": audit._handed_out(dossier),
    }
    for name, moment in ours.items():
        theirs = entry[f"{name}_at"]
        if isinstance(theirs, dt.datetime) and isinstance(moment, dt.datetime):
            dossier.facts[f"register_{name}"] = int(theirs.date() != moment.date())
    if entry["finished_at"] is not None and dossier.end is None and not dossier.finished:
        dossier.facts["register_finished"] = 1
    status = audit._status(dossier)
    if entry["status"] and status:
        dossier.facts["register_status"] = int(entry["status"] != status)
