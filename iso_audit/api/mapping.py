"""A mapping is proposed for a log, tried on it, and shown with what it would read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.broken_off import MAPPED, broken_off
from iso_audit.api.mapping_words import (
    BY_HAND,
    BY_STEPS,
    DAY_FIRST,
    HEAD,
    LIST,
    MISSING,
    NEARLY,
    NO_PROCEDURE,
    OF,
    ONLY_FINISH,
    STRANGE,
    UNKNOWN,
    UNUSED,
    VARYING,
    filled,
    first,
)
from iso_audit.api.reading import load_workspace
from iso_audit.api.runs import engine_of, foreign_readers, world_for
from iso_audit.api.values import ProposedMapping
from iso_audit.api.writing import refuse_existing, write_text
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, number

if TYPE_CHECKING:
    from iso_audit.engine.glance import Glance, Looked
    from iso_audit.exchange.proposal import Proposal
    from iso_audit.model.log import CutOff, Intake, LogMapping
    from iso_audit.model.outcome import Workspace

ROWS_SHOWN = 5
_DATES_TRIED = 500
_ONE_OF = 20
"""In one of so many dossiers, or one of a few, rows may differ in what they repeat of their dossier."""


def propose_mapping(
    log: Path,
    folder: Path | None = None,
    target: Path | None = None,
    dossiers: Path | None = None,
    lang: str = "vi",
) -> ProposedMapping:
    """Look at a log in any format and propose its mapping; write it where `target` says.

    Args:
        log: The log, or a list of dossiers.
        folder: The workspace whose procedures, roles and units are looked for in the log.
        target: The file to write; it must not exist yet.
        dossiers: A second table with a row for each dossier.
        lang: Language of the comments in the file.

    Raises:
        InputError: the log cannot be read at all, or `target` exists or cannot be written.
    """
    from iso_audit.engine.glance import Glance
    from iso_audit.exchange.headings import is_known
    from iso_audit.workspace.load import load_mapping

    if target is not None:
        refuse_existing([target])
    workspace = load_workspace(folder)
    zone = workspace.calendar.zone if workspace.settings.calendar else "Asia/Ho_Chi_Minh"
    with Glance(log, foreign_readers(), zone, is_known) as glance:
        second = glance.dossiers if dossiers is None else glance.table(dossiers, is_known)
        source = "attributes" if dossiers is None else os.path.relpath(dossiers, log.parent)
        proposal, source = _proposal(glance, second, source, workspace, log)
        tables = {id(one): one for one in (glance.events, second) if one is not None}
        cut = tuple(filter(None, (one.cut_off for one in tables.values())))
        text = _written(proposal, source, log, zone, lang, cut)
        with tempfile.TemporaryDirectory(prefix="iso-audit-") as room:
            trial = Path(room) / "mapping.yaml"
            trial.write_text(text, encoding="utf-8")
            mapping = load_mapping(trial, workspace)
        rows: Sequence[Mapping[str, str]] = ()
        intake: Intake | None = None
        faults: Sequence[Fault] = ()
        try:
            rows = glance.first_rows(mapping, ROWS_SHOWN)
            with engine_of().take_in(log, mapping, world_for(workspace, mapping)) as held:
                intake = held.intake
        except InputError as error:
            faults = error.faults
    if target is not None:
        write_text(target, text)
    return ProposedMapping(
        text, rows, intake, proposal.unmatched, proposal.missing, len(proposal.doubts), faults, cut
    )


def guessed_mapping(log: Path, workspace: Workspace) -> LogMapping:
    """What a log most likely means where nobody has said it, activities and procedures as they are written.

    Raises:
        InputError: the log cannot be read at all, or shows no dossiers, activities or times.
    """
    from iso_audit.engine.glance import Glance
    from iso_audit.exchange.headings import is_known

    zone = workspace.calendar.zone
    with Glance(log, foreign_readers(), zone, is_known) as glance:
        undefined = replace(workspace, procedures=())
        proposal, source = _proposal(glance, glance.dossiers, "attributes", undefined, log)
    missing = proposal.missing or (("step",) if proposal.events.constants else ())
    if missing:
        raise InputError(Fault(filled(MISSING, {"column": name}), str(log), hint=BY_HAND) for name in missing)
    return _mapping(proposal, source, log, zone)


def _proposal(
    glance: Glance, second: Looked | None, source: str, workspace: Workspace, log: Path
) -> tuple[Proposal, str]:
    """What the log most likely means, and where its dossiers stand."""
    from iso_audit.exchange.proposal import Proposal, columns_of
    from iso_audit.model.log import TableMapping

    proposal = Proposal()
    seen = glance.events
    columns = columns_of(seen.columns, True, proposal.doubts)
    of_dossiers: dict[str, str] = {}
    constants: dict[str, str] = {}
    if second is not None:
        of_dossiers = columns_of(second.columns, False, proposal.doubts)
    elif "step" not in columns:
        of_dossiers = columns_of(seen.columns, False, proposal.doubts)
        if {"dossier_id", "received_at"} <= of_dossiers.keys():
            columns = {"dossier_id": of_dossiers["dossier_id"], "finished_at": of_dossiers["received_at"]}
            constants = {"step": "receive"}
            proposal.doubts["events", "step"] = LIST
            second, source = seen, log.name
        else:
            of_dossiers = {}
    else:
        of_dossiers = _repeated(seen, columns, proposal)
        if of_dossiers:
            second, source = seen, "events"
    proposal.events = TableMapping(columns, {}, constants)
    if of_dossiers.get("dossier_id"):
        proposal.dossiers = TableMapping(of_dossiers)
    elif second is not None:
        second = None
    needed = [] if constants else ["step"]
    proposal.missing = tuple(name for name in ("dossier_id", *needed) if name not in columns)
    if "finished_at" not in columns and "started_at" not in columns:
        proposal.missing += ("finished_at",)
    used = {*columns.values(), *(of_dossiers.values() if second is seen else ())}
    proposal.unused = tuple(name for name in seen.columns if name not in used)
    _match(proposal, seen, second, workspace)
    return proposal, source if proposal.dossiers is not None else ""


def _repeated(seen: Looked, columns: Mapping[str, str], proposal: Proposal) -> dict[str, str]:
    """Columns about the dossier that every event repeats; empty where there is none.

    What varies within many dossiers is about the event, whatever its heading says; then another column
    may say it of the dossier.
    """
    from iso_audit.exchange.proposal import columns_of

    shared = ("dossier_id", "procedure", "unit")
    taken = {theirs for ours, theirs in columns.items() if ours not in shared}
    doubts: dict[tuple[str, str], Text] = {}
    while True:
        left = [name for name in seen.columns if name not in taken]
        found = columns_of(left, False, doubts)
        if not found.keys() - shared or "dossier_id" not in found:
            return {}
        about = {theirs: ours for ours, theirs in found.items() if ours != "dossier_id"}
        counts = seen.variation(found["dossier_id"], list(about))
        varying = {name: told for name, told in counts.items() if _varies(*told)}
        proposal.varying |= varying
        taken |= varying.keys()
        if not varying:
            break
        doubts = {}
    for name, (several, dossiers) in counts.items():
        if several:
            facts: Mapping[str, int | str] = {"column": name, "several": several, "dossiers": dossiers}
            doubts["dossiers", about[name]] = filled(NEARLY, facts)
    proposal.doubts |= doubts
    return found


def _varies(several: int, dossiers: int) -> bool:
    """Whether so many dossiers with several values, of those with any, are more than mistakes of typing."""
    return several > max(dossiers // _ONE_OF, 1) or several == dossiers > 0


def _match(proposal: Proposal, seen: Looked, second: Looked | None, workspace: Workspace) -> None:
    """Dates by trying, words by likeness."""
    from iso_audit.exchange import proposal as words
    from iso_audit.model.log import DOSSIER_COLUMNS, EVENT_COLUMNS

    tables = [(seen, proposal.events, EVENT_COLUMNS)]
    if second is not None and proposal.dossiers is not None:
        tables.append((second, proposal.dossiers, DOSSIER_COLUMNS))
    dates: dict[str, int] = {}
    found: dict[str, dict[str, int]] = {}
    for looked, table, kinds in tables:
        for ours, theirs in table.columns.items():
            if kinds[ours] == "instant":
                dates |= looked.words(theirs, _DATES_TRIED)
            elif ours in ("step", "role", "unit", "procedure", "status", "channel"):
                known = found.setdefault(ours, {})
                for word, times in looked.words(theirs, words.MOST_WORDS).items():
                    known.setdefault(word, times)  # a word of both tables stands in rows of events
    proposal.dates, proposal.strange_dates, is_open = words.formats_of(dates)
    if is_open:
        proposal.doubts["", "dates"] = DAY_FIRST
    procedures = list(workspace.procedures)
    if "procedure" in found:
        words.names_like(found["procedure"], words.names_of_procedures(procedures), "procedures", proposal)
        named = {*found["procedure"], *proposal.tables.get("procedures", {}).values()}
        procedures = [p for p in procedures if {p.id, p.code} & named] or procedures
    else:
        likely = words.likely_procedures(found.get("step", {}), procedures)
        if len({p.id for p in procedures}) == 1:
            proposal.procedure = procedures[0].id
        elif len({p.id for p in likely}) == 1:
            proposal.procedure = likely[0].id
            proposal.doubts["", "procedure"] = BY_STEPS
        procedures = [p for p in procedures if p.id == proposal.procedure] or procedures
    if proposal.events.constants:
        step = words.receive_step(procedures) or "receive"
        proposal.events = replace(proposal.events, constants={"step": step})
    words.match_steps(found.get("step", {}), procedures, proposal)
    words.match_people("roles", found.get("role", {}), workspace.organisation, proposal)
    words.match_people("units", found.get("unit", {}), workspace.organisation, proposal)
    words.match_statuses(found.get("status", {}), proposal)
    words.match_channels(found.get("channel", {}), proposal)


def _mapping(proposal: Proposal, source: str, log: Path, zone: str) -> LogMapping:
    from iso_audit.exchange.step_words import slug
    from iso_audit.model.log import LogMapping
    from iso_audit.workspace.shapes.base import is_id

    name = slug(log.name.split(".")[0])
    return LogMapping(
        id=name if is_id(name) else f"log-{name}".rstrip("-"),
        events=proposal.events,
        dossiers=proposal.dossiers,
        dossiers_from=source,
        dates=proposal.dates,
        zone=zone,
        procedure=proposal.procedure,
        **proposal.tables,  # type: ignore[arg-type]
    )


def _written(proposal: Proposal, source: str, log: Path, zone: str, lang: str, cut: Iterable[CutOff]) -> str:
    from iso_audit.workspace.write_mapping import mapping_yaml

    mapping = _mapping(proposal, source, log, zone)
    below: dict[str, list[str]] = {}
    for table, unknown in proposal.unmatched.items():
        below[table] = [UNKNOWN[table].say(lang)]
        below[table] += [f"  {word!r}: ({number(times, lang)})" for word, times in first(unknown)]
    if proposal.strange_dates:
        some = ", ".join(map(repr, proposal.strange_dates[:5]))
        below["dates"] = [STRANGE.fill(lang, {"values": some})]
    if not proposal.procedure and "procedure" not in {
        *proposal.events.columns, *(proposal.dossiers.columns if proposal.dossiers else ())
    }:  # fmt: skip
        below["procedure"] = [NO_PROCEDURE.say(lang)]
    below["events"] = [MISSING.fill(lang, {"column": name}) for name in proposal.missing]
    if "started_at" not in proposal.events.columns and "step" in proposal.events.columns:
        below["start"] = [ONLY_FINISH.say(lang)]
    if proposal.unused:
        below["events"].append(UNUSED.fill(lang, {"columns": ", ".join(map(repr, proposal.unused))}))
    if proposal.varying:
        told = [
            filled(OF, {"column": repr(name), "several": several, "all": dossiers}).say(lang)
            for name, (several, dossiers) in proposal.varying.items()
        ]
        below["events"].append(VARYING.fill(lang, {"columns": ", ".join(told)}))
    doubts = {key: f"? {said.say(lang)}" for key, said in proposal.doubts.items()}
    head = [HEAD.fill(lang, {"log": log.name})]
    head += [broken_off(replace(one, file=Path(one.file).name), MAPPED, lang) for one in cut]
    return mapping_yaml(mapping, head, doubts, below)
