"""The verbs beside the audit: pages of rules, import of step tables, schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from iso_audit.api.reading import catalogue, load_workspace
from iso_audit.api.writing import write_text
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, did_you_mean


def rule_pages(code: str | None, lang: str, form: str = "text") -> str:
    """Return the page of the rule with `code`, or of every rule; as `markdown`, with an index.

    Raises:
        InputError: no rule has that code.
    """
    from iso_audit.report.rule_book import book
    from iso_audit.report.rule_page import pages
    from iso_audit.rules import CATALOGUE

    chosen = CATALOGUE.values() if code is None else catalogue([code]).values()
    rules = [rule for rule in chosen if rule.hooks]
    packs = load_workspace(None).packs
    return book(rules, packs, lang) if form == "markdown" else pages(rules, packs, lang)


def schemas(name: str | None = None) -> Mapping[str, Mapping[str, object]]:
    """Return the JSON Schema of every kind of file, or of the one called `name`.

    Raises:
        InputError: there is no such kind of file.
    """
    from iso_audit.report.json_shape import schema as findings
    from iso_audit.workspace.schema import DRAFT
    from iso_audit.workspace.schema import schemas as published

    known = {**published(), "findings": {"$schema": DRAFT, **findings()}}
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
