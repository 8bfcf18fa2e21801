"""Which procedure answers to which clause, and what a new edition of a standard would ask beyond."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import chosen_procedures, load_workspace
from iso_audit.api.runs import checked
from iso_audit.api.writing import as_csv
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, did_you_mean

if TYPE_CHECKING:
    from iso_audit.model.outcome import Workspace
    from iso_audit.model.requirement import Pack


def coverage(
    folder: Path | None,
    procedures: Sequence[str],
    lang: str,
    form: str = "text",
    *,
    edition: str | None = None,
    against: str | None = None,
) -> str:
    """Say by what each procedure answers to each clause of an edition; with `against`, what a new one adds.

    Findings on the definitions that cite a clause are shown in its place.

    `edition` and `against` name packs of the workspace, also those that its settings do not apply;
    without `edition` the first pack in use that lists clauses is taken. `form` is `text`, `csv` or `json`.

    Raises:
        InputError: a pack is not there or lists no clauses, or a procedure is not known.
    """
    from iso_audit.report.clauses import as_rows, as_text, matrix, revised
    from iso_audit.report.facts import Facts
    from iso_audit.report.words import words
    from iso_audit.rules import CATALOGUE

    workspace = load_workspace(folder)
    chosen = chosen_procedures(workspace, procedures) if procedures else workspace.procedures
    facts = Facts(words(lang), workspace.organisation, {p.key: p for p in chosen})
    pack = _edition(workspace, edition)
    if against is None:
        findings = checked(replace(workspace, procedures=tuple(chosen)), CATALOGUE).outcome.findings
        found = matrix(pack, chosen, findings, workspace, facts)
        rows = as_rows(found, facts.words)
        said = as_text(found, facts.words)
    else:
        new = _edition(workspace, against)
        changes = revised(pack, new, chosen, workspace, facts)
        rows = [
            {"clause": c.clause, "title": c.title, "change": c.change, "missing": "; ".join(c.missing)}
            for c in changes
        ]
        said = as_text(changes, facts.words, pack.standard or pack.id, new.standard or new.id)
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2)
    return as_csv(rows) if form == "csv" else said


def _edition(workspace: Workspace, name: str | None) -> Pack:
    if name is None:
        pack = next((pack for pack in workspace.packs if pack.clauses), None)
        if pack is not None:
            return pack
        raise InputError([Fault(_NO_CLAUSES)])
    known = {pack.id: pack for pack in (*workspace.packs, *workspace.other_packs)}
    if name not in known:
        said = Text(vi=f"không có gói yêu cầu '{name}'", en=f"there is no pack '{name}'")
        raise InputError([Fault(said, hint=did_you_mean(name, known))])
    if not known[name].clauses:
        raise InputError([Fault(_NO_CLAUSES, known[name].place.file)])
    return known[name]


_NO_CLAUSES = Text(vi="gói yêu cầu không liệt kê điều khoản nào", en="the pack lists no clauses")
