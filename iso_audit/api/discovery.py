"""A first audit without a definition: procedures are proposed from how dossiers were handled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api import discovery_words as say
from iso_audit.api.broken_off import PROPOSED, broken_off
from iso_audit.api.draft import Draft, said
from iso_audit.api.mapping import guessed_mapping
from iso_audit.api.reading import load_workspace, log_files
from iso_audit.api.runs import foreign_readers
from iso_audit.api.writing import refuse_existing, write_texts
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text

if TYPE_CHECKING:
    from iso_audit.model.log import LogMapping
    from iso_audit.model.outcome import Workspace


_WORDS_OF_AN_ID = 5


@dataclass(frozen=True)
class ProposedProcedures:
    """The texts of procedure files by id, and what is said of them."""

    texts: Mapping[str, str]
    lines: tuple[str, ...]
    written: tuple[Path, ...] = ()


def propose_procedures(
    log: Path,
    mapping: Path | None = None,
    folder: Path | None = None,
    target: Path | None = None,
    lang: str = "vi",
) -> ProposedProcedures:
    """Propose a procedure for each one that a log names; write them where `target` says.

    Args:
        log: The log, in any format that an audit reads.
        mapping: What its columns mean; without it that is guessed as `map` does.
        folder: The workspace whose calendar, roles and units count.
        target: A file that does not exist yet, or a folder for several procedures.
        lang: Language of the comments.

    Raises:
        InputError: the log or the mapping cannot be read, no dossier is finished, or `target` cannot be
            written; nothing is written.
    """
    from iso_audit.engine.ways import handled
    from iso_audit.workspace.load import working_calendar

    workspace = load_workspace(folder, is_bare=True)
    calendar = working_calendar(workspace)
    settled = _settled(log, mapping, workspace)
    seen = handled(log, settled, foreign_readers(), calendar)
    texts: dict[str, str] = {}
    lines = [] if seen.cut_off is None else [broken_off(seen.cut_off, PROPOSED, lang)]
    lines.append(
        say.COUNTS.fill(
            lang,
            said(
                lang,
                rows=seen.event_rows,
                kept=seen.events_kept,
                ignored=seen.events_ignored,
                refused=seen.refused_count,
            ),
        )
    )
    ids = _ids(word.word for ways in seen.procedures for word in ways.activities.values())
    for ways in seen.procedures:
        draft = Draft(ways, ids, settled, workspace, seen, log, lang)
        if draft.proposed is not None:
            name = _procedure_id(ways.procedure or settled.id, texts)
            texts[name] = draft.text(name)
            lines.append(draft.summary(name))
    if not texts:
        raise InputError([Fault(say.NOTHING, str(log))])
    written = _write(texts, target)
    return ProposedProcedures(texts, (*lines, say.NEXT.say(lang)), written)


def _settled(log: Path, mapping: Path | None, workspace: Workspace) -> LogMapping:
    """The mapping given, by file or by name, else the likely one; without a procedure the log is one."""
    from dataclasses import replace

    from iso_audit.workspace.load import load_mapping

    _, file = log_files(workspace, log, mapping)
    settled = guessed_mapping(log, workspace) if file is None else load_mapping(file)
    tables = [settled.events, *([settled.dossiers] if settled.dossiers else [])]
    has_procedure = settled.procedure or any(
        "procedure" in (*table.columns, *table.cuts, *table.constants) for table in tables
    )
    return settled if has_procedure else replace(settled, procedure=settled.id)


def _ids(words: Iterable[str]) -> dict[str, str]:
    """Activity -> id of its step, one for the whole log."""
    from iso_audit.exchange.step_words import slug
    from iso_audit.workspace.shapes.base import is_id

    found: dict[str, str] = {}
    taken: set[str] = set()
    for word in sorted(set(words)):
        wanted = word if is_id(word) else "-".join(slug(word).split("-")[:_WORDS_OF_AN_ID])
        wanted = wanted if is_id(wanted) else f"step-{wanted}".rstrip("-")
        name, times = wanted, 1
        while name in taken or name in ("all", "some", "one"):
            times += 1
            name = f"{wanted}-{times}"
        taken.add(name)
        found[word] = name
    return found


def _procedure_id(word: str, taken: Iterable[str]) -> str:
    from iso_audit.exchange.step_words import slug
    from iso_audit.workspace.shapes.base import is_id

    wanted = word if is_id(word) else slug(word)[:60].strip("-")
    wanted = wanted if is_id(wanted) else f"procedure-{wanted}".rstrip("-")
    name, times = wanted, 1
    while name in taken:
        times += 1
        name = f"{wanted}-{times}"
    return name


def _write(texts: Mapping[str, str], target: Path | None) -> tuple[Path, ...]:
    """Write all files or none."""
    if target is None:
        return ()
    in_folder = target.is_dir() or target.suffix.lower() not in (".yaml", ".yml")
    if len(texts) > 1 and not in_folder:
        names = {"names": ", ".join(texts)}
        raise InputError(
            [Fault(Text(say.SEVERAL.fill("vi", names), say.SEVERAL.fill("en", names)), str(target))]
        )
    paths = {name: target / f"{name}.yaml" if in_folder else target for name in texts}
    refuse_existing(paths.values())
    into = target if in_folder else target.parent
    write_texts(into, {path.name: texts[name] for name, path in paths.items()}, target)
    return tuple(paths.values())
