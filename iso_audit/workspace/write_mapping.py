"""A mapping becomes a tidy mapping file, with what a person should look at beside it.

read(write(mapping)) == mapping, but for its note and for the moment it was drawn up at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from iso_audit.model.log import LogMapping, TableMapping
from iso_audit.workspace.quoting import comment, name, scalar, texts

Doubts = Mapping[tuple[str, str], str]
"""(table of the file, key in it) -> what is said beside the line."""


def mapping_yaml(
    mapping: LogMapping, head: Sequence[str] = (), doubts: Doubts | None = None,
    below: Mapping[str, Sequence[str]] | None = None,
) -> str:  # fmt: skip
    """Write a mapping file.

    Args:
        mapping: What to write.
        head: Lines of comment for the head of the file.
        doubts: Comments beside single lines.
        below: Table (`steps`, `events` ...) -> lines of comment below it, also where it is empty.
    """
    doubts, below = doubts or {}, below or {}
    lines = [line for said in head for line in comment(said)]
    lines.append(f"mapping: {scalar(mapping.id)}")
    settings = {
        "procedure": _text(mapping.procedure),
        "object_type": name(mapping.object_type),
        "zone": name(mapping.zone),
        "dates": texts(mapping.dates) if mapping.dates else "",
        "start": mapping.start,
        "due": mapping.due if mapping.due != "computed" else "",
        "encoding": name(mapping.encoding),
        "delimiter": f'"{mapping.delimiter}"'.replace("\t", "\\t") if mapping.delimiter else "",
        "dossiers_together": "true" if mapping.dossiers_together else "",
    }
    for key, value in settings.items():
        if value:
            lines.append(f"{key}: {value}{_beside(doubts, '', key)}")
        lines += [line for said in below.get(key, ()) for line in comment(said)]
    for table in ("procedures", "statuses", "channels", "steps", "roles", "units"):
        lines += _words(table, getattr(mapping, table), doubts)
        lines += [line for said in below.get(table, ()) for line in comment(said)]
    if mapping.ignored:
        lines.append(f"ignore: {texts(mapping.ignored)}")
    lines += _table("events", mapping.events, "", doubts)
    lines += [line for said in below.get("events", ()) for line in comment(said)]
    if mapping.dossiers is not None:
        lines += _table("dossiers", mapping.dossiers, mapping.dossiers_from, doubts)
    lines += [line for said in below.get("dossiers", ()) for line in comment(said)]
    for table, source in (("register", mapping.register_from), ("reported", mapping.reported_from)):
        if source:
            lines += _table(table, getattr(mapping, table), source, doubts)
    return "\n".join(lines) + "\n"


def _words(table: str, words: Mapping[str, str], doubts: Doubts) -> Iterator[str]:
    if words:
        yield f"{table}:"
    for theirs, ours in words.items():
        yield f"  {_text(theirs)}: {_text(ours)}{_beside(doubts, table, theirs)}"


def _table(key: str, table: TableMapping, source: str, doubts: Doubts) -> Iterator[str]:
    yield f"{key}:"
    if source:
        yield f"  from: {_text(source)}"
    if not (table.columns or table.cuts or table.constants):
        yield "  columns: {}"
    for part, values in (("columns", table.columns), ("constant", table.constants)):
        if values:
            yield f"  {part}:"
        for ours, theirs in values.items():
            yield f"    {ours}: {_text(theirs)}{_beside(doubts, key, ours)}"
    if table.cuts:
        yield "  cut:"
    for ours, cut in table.cuts.items():
        yield f"    {ours}: {{from: {_quoted(cut.source)}, pattern: {_quoted(cut.pattern)}}}"


def _beside(doubts: Doubts, table: str, key: str) -> str:
    said = doubts.get((table, key), "")
    return f"  {comment(said)[0]}" if said else ""


def _text(word: str) -> str:
    """A text that begins with a letter may stand plain; 1, 2.0 or ~ would be something else."""
    if not word:
        return ""
    return scalar(word, in_flow=True) if word[0].isalpha() else _quoted(word)


def _quoted(word: str) -> str:
    written = scalar(word)
    return written if written.startswith('"') else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
