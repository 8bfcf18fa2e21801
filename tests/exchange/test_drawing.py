from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from iso_audit.analysis.study import study_of
from iso_audit.errors import InputError
from iso_audit.exchange.drawing import Wording, dot, mermaid
from iso_audit.exchange.pnml import NAMESPACE, Net, net_of, pnml
from iso_audit.exchange.spelled_out import spelled_out
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.text import Text
from tests.strategies import (
    block_procedures,
    choice_procedures,
    graph_procedures,
    layered_procedures,
    procedure,
    step,
)

PLAIN = Wording("vi", lambda role, unit: role or unit)
WORDS = r'"[^"<>&`\n]*"'
MERMAID = re.compile(
    rf"  subgraph lane\d+\[{WORDS}\]|  end"
    rf"|    n\d+(\[{WORDS}\]|\{{{WORDS}\}}|\(\({WORDS}\)\)|\(\(\({WORDS}\)\)\))"
    rf"|  n\d+ (-->|-\.->)(\|{WORDS}\|)? n\d+"
)
QUOTED = r'"(?:[^"\\]|\\["\\])*"'
DOT = re.compile(
    rf"digraph {QUOTED} \{{|  graph \[label={QUOTED}, labelloc=t, rankdir=TB, fontname=Times\];|\}}|  \}}"
    r"|  node \[fontname=Times, fontsize=10\]; edge \[fontname=Times, fontsize=9\];"
    rf"|  subgraph cluster_\d+ \{{|    label={QUOTED};"
    rf"|    n\d+ \[label={QUOTED}, shape=\w+(, style=\"rounded\"|, width=\"0.3\")?\];"
    rf"|  n\d+ -> n\d+( \[(style=dashed)?(, )?(label={QUOTED})?\])?;"
)


def drawn(*, inclusive: bool = True) -> st.SearchStrategy[Procedure]:
    return st.one_of(
        block_procedures(inclusive=inclusive), graph_procedures(inclusive=inclusive),
        layered_procedures(inclusive=inclusive), choice_procedures(),
    )  # fmt: skip


def worded(said: str) -> Procedure:
    made = Step("a", Text(said), ("other",), role="r", flows=(Flow("b", said), Flow("c", f"{said}2")))
    return procedure(made, step("b"), step("c"), title=Text(said))


@given(st.text())
@settings(deadline=None)
def test_any_words_stay_inside_their_quotes_in_a_flowchart(said: str) -> None:
    lines = mermaid(worded(said), PLAIN).split("\n")
    body = lines[lines.index("flowchart TD") + 1 :]
    assert [line for line in body if line and not MERMAID.fullmatch(line)] == []


@given(st.text())
@settings(deadline=None)
def test_any_words_stay_inside_their_quotes_in_dot(said: str) -> None:
    lines = dot(worded(said), PLAIN).split("\n")
    assert [line for line in lines if line and not DOT.fullmatch(line)] == []


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
@settings(deadline=None)
def test_words_in_a_flowchart_are_the_words_of_the_step(said: str) -> None:
    body = mermaid(worded(f"x{said}"), PLAIN)
    words = {html.unescape(re.sub(r"#(\d+);", r"&#\1;", one)) for one in re.findall(r'\["([^"]*)"\]', body)}
    assert f"x{said}" in words


@given(drawn())
@settings(deadline=None)
def test_flowchart_and_dot_show_every_sign_and_line(made: Procedure) -> None:
    drawing = spelled_out(made, merges=False)
    for text, arrow in ((mermaid(made, PLAIN), "-->"), (dot(made, PLAIN), "->")):
        assert len(re.findall(rf"^  n\d+ {arrow}", text, re.MULTILINE)) == len(drawing.lines)
        nodes = set(re.findall(r"^    (n\d+)\W", text, re.MULTILINE))
        assert len(nodes) == len(drawing.nodes)


@given(drawn())
@settings(deadline=None)
def test_spelling_out_keeps_the_ways_between_steps(made: Procedure) -> None:
    drawing = spelled_out(made)
    meant = [(s.id, flow.to) for s in made.steps for flow in s.flows]
    assert sorted((line.frm[0], line.to[0]) for line in drawing.lines if line.flow is not None) == sorted(
        meant
    )
    joining = [key for key, node in drawing.nodes.items() if node.made == "join"]
    assert all(sum(line.frm == key for line in drawing.lines) == 1 for key in joining)


class TooLarge(Exception):
    """More markings than a test should list."""


def is_sound(net: Net, most: int = 2_000) -> bool:
    """Reachability by hand: no place twice, and from every marking all tokens can come to the ends."""
    start, ends = frozenset({0}), frozenset(net.ends)
    after: dict[frozenset[int], list[frozenset[int]]] = {}
    stack, fired = [start], set()
    while stack:
        marking = stack.pop()
        if marking in after:
            continue
        if len(after) > most:
            raise TooLarge
        after[marking] = []
        for number, (_, before, behind) in enumerate(net.transitions):
            if marking >= set(before):
                rest = marking - set(before)
                if rest & set(behind) or len(set(behind)) < len(behind):
                    return False
                fired.add(number)
                after[marking].append(rest | set(behind))
        stack += after[marking]
    good = {marking for marking in after if marking <= ends}
    grown = True
    while grown:
        more = {m for m, nexts in after.items() if m not in good and any(n in good for n in nexts)}
        good |= more
        grown = bool(more)
    return len(good) == len(after) and len(fired) == len(net.transitions)


@given(drawn())
@settings(deadline=None)
def test_the_net_is_sound_just_where_the_procedure_is(made: Procedure) -> None:
    structure = study_of(made).structure
    try:
        net = net_of(made)
    except InputError:
        assert any(s.join is Join.SOME for s in made.steps)
        return
    if structure.is_sound is None or structure.problem == "several-entries":
        return
    try:
        found = is_sound(net)
    except TooLarge:
        return
    assert found is structure.is_sound


@given(drawn(inclusive=False))
@settings(deadline=None)
def test_a_net_is_written_with_all_its_places_and_moves(made: Procedure) -> None:
    net, root = net_of(made), etree.fromstring(pnml(made, "vi").encode())
    space = {"p": NAMESPACE}
    assert len(root.findall(".//p:place", space)) == len(net.places)
    assert len(root.findall(".//p:transition", space)) == len(net.transitions)
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert all(
        arc.get("source") in ids and arc.get("target") in ids for arc in root.findall(".//p:arc", space)
    )


def test_a_join_that_looks_at_the_whole_net_is_refused_by_name() -> None:
    made = procedure(
        step("a", "b", "c", split=Split.SOME), step("b", "d"), step("c", "d"), step("d", join=Join.SOME)
    )
    with pytest.raises(InputError) as refused:
        net_of(made)
    assert [("'d'" in fault.say(lang)) for fault in refused.value.faults for lang in ("vi", "en")] == [
        True,
        True,
    ]


def test_ends_that_exclude_each_other_are_one_place_and_others_are_not() -> None:
    choice = procedure(step("a", Flow("b", "x"), Flow("c", "y")), step("b"), step("c"))
    both = procedure(step("a", "b", "c", split=Split.ALL), step("b"), step("c"))
    assert [len(net_of(made).ends) for made in (choice, both)] == [1, 2]


def test_pm4py_agrees_where_it_is_installed(tmp_path: object) -> None:
    pm4py = pytest.importorskip("pm4py", reason="pm4py is not installed: the cross-check was skipped")
    from pathlib import Path

    path = Path(str(tmp_path)) / "net.pnml"
    made = procedure(step("a", Flow("b", "x"), Flow("c", "y")), step("b"), step("c"))
    path.write_text(pnml(made, "vi"), encoding="utf-8")
    net, start, _ = pm4py.read_pnml(str(path))
    assert (len(net.places), len(net.transitions), len(start)) == (4, 4, 1)
