"""Pages of rules: examples are YAML that reads back, and every page says all that a reader needs."""

from __future__ import annotations

import datetime as dt
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iso_audit.report.rule_page import Block, page
from iso_audit.report.snippets import snippet
from iso_audit.report.words import words
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.positions import parse
from tests.report.example_rules import PACKS

letters = st.characters(categories=("L", "Nd", "P", "S", "Zs"))
keys = st.text(letters, min_size=1, max_size=8).filter(lambda key: key != "<<")  # readers refuse merging
scalars = st.one_of(st.text(letters, max_size=12), st.booleans(), st.integers(), st.times(), st.none())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3),
    ),
    max_leaves=8,
)
ENTRIES = sorted(
    ((hook, rule) for rule in CATALOGUE.values() for hook in rule.hooks), key=lambda entry: entry[0].code
)


def read(lines: list[str]) -> Any:
    faults: list[Any] = []
    document = parse("\n".join(lines) + "\n", "snippet", faults)
    assert faults == []
    assert document is not None
    return as_said(document.data)


def as_said(value: Any) -> Any:
    """A value with every scalar as it is written: what the readers of files make of it is their matter."""
    if isinstance(value, dict):
        return {str(key): as_said(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_said(each) for each in value]
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return None if value is None else str(getattr(value, "written", value))


@given(st.dictionaries(keys, values, min_size=1))
@example({"a": {"b": None, "c": ["x: y", "#", "- z", "'"]}})
@example({"next": {"không đạt": "sửa", "yes": True}})
def test_a_snippet_reads_back_as_what_it_shows(value: dict[str, Any]) -> None:
    assert read(snippet(value, gone="left out")) == as_said(value)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0].code)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_is_whole_and_its_examples_are_yaml(entry: Any, lang: str) -> None:
    hook, rule = entry
    blocks = list(page(hook, rule, PACKS, words(lang)))
    assert blocks[0].said.startswith(hook.code)
    heads = " ".join(block.said for block in blocks if block.kind == "head")
    for name in ("rulepage.states", "rulepage.bad", "rulepage.good", "rulepage.waive"):
        assert words(lang)(name) in heads
    assert not any("{" in block.said for block in blocks if block.kind != "item")
    for block in blocks:
        if block.kind == "code":
            assert read(list(block.lines))


def test_the_waiver_of_a_page_needs_only_its_blanks_filled() -> None:
    entry = next(entry for entry in ENTRIES if entry[0].code == "TIM-01")
    *_, last = page(*entry, PACKS, words("en"))
    assert isinstance(last, Block)
    (waiver,) = read(list(last.lines))
    assert {"code", "procedure", "step", "unit", "reason", "approved_by", "approved_on", "until"} <= set(
        waiver
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0].code)
def test_every_blank_of_a_statement_has_a_name_that_a_reader_knows(entry: Any) -> None:
    hook, _ = entry
    for statement in (hook.says, *hook.variants.values()):
        for _, name, _, _ in string.Formatter().parse(statement.vi):
            assert not name or words("vi").find(f"fact.{name}") or words("vi").find(f"blank.{name}"), name
