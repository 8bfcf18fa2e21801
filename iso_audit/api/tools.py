"""The verbs beside the audit: pages of rules, import of step tables, schemas."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from iso_audit.api.reading import catalogue, load_workspace
from iso_audit.api.writing import write_text
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, did_you_mean


def rule_pages(code: str | None, lang: str) -> str:
    """Return the page of the rule with `code`, or of every rule.

    Raises:
        InputError: no rule has that code.
    """
    from iso_audit.report.rule_page import pages
    from iso_audit.rules import CATALOGUE

    chosen = CATALOGUE.values() if code is None else catalogue([code]).values()
    rules = [rule for rule in chosen if rule.hooks]
    packs = load_workspace(None).packs
    return pages(rules, packs, lang)


def import_table(
    table: Path, target: Path | None, facts: Mapping[str, str]
) -> tuple[str, tuple[Fault, ...], tuple[Fault, ...]]:
    """Turn an office's step table into the text of a procedure file; write it where `target` says.

    Returns the text, what could not be read, and what was assumed and wants a person's eye, each
    with row and column.

    Raises:
        InputError: the table cannot be read at all, `facts` names an id that is none, or `target`
            exists already or cannot be written.
    """
    from iso_audit.exchange.step_table import read_steps
    from iso_audit.workspace.faults import not_an_id
    from iso_audit.workspace.shapes.base import is_id
    from iso_audit.workspace.write import procedure_yaml

    if target is not None and os.path.lexists(target):
        said = Text(vi="tệp đã có, sẽ không ghi đè", en="the file exists and is not overwritten")
        raise InputError([Fault(said, str(target))])
    if "id" in facts and not is_id(facts["id"]):
        raise InputError([Fault(not_an_id(facts["id"]), "--id")])
    read = read_steps(table, facts)
    text = procedure_yaml(read.procedure)
    if target is not None:
        write_text(target, text)
    return text, tuple(read.unread), tuple(read.assumed)


def schemas(name: str | None = None) -> Mapping[str, Mapping[str, object]]:
    """Return the JSON Schema of every kind of file, or of the one called `name`.

    Raises:
        InputError: there is no such kind of file.
    """
    from iso_audit.workspace.schema import schemas as published

    known = published()
    if name is not None and name not in known:
        said = Text(vi=f"không có loại tệp '{name}'", en=f"there is no kind of file '{name}'")
        raise InputError([Fault(said, hint=did_you_mean(name, known))])
    return known if name is None else {name: known[name]}


def write_schemas(known: Mapping[str, Mapping[str, object]], folder: Path) -> list[Path]:
    """Write each schema to `<folder>/<name>.schema.json` and return the paths."""
    paths = []
    for name, schema in sorted(known.items()):
        paths.append(folder / f"{name}.schema.json")
        write_text(paths[-1], json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    return paths
