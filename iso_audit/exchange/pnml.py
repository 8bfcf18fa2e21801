"""A procedure as a place/transition net (PNML, ISO/IEC 15909-2), for tools that analyse nets.

The net plays the token game of `analysis.graph` move by move: a place for each flow, a transition
for each step, silent ones where a step joins or splits in several ways. Its verdict of soundness is
that of the procedure. Steps that may happen at any moment stand outside the game and outside the net,
and the flows of every case are in it.

A join that waits for what can still come looks at the whole net, which no place/transition net can
say; such a procedure is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from iso_audit.analysis.study import study_of
from iso_audit.errors import Fault, InputError
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.text import Text

NAMESPACE = "http://www.pnml.org/version-2009/grammar/pnml"
NET = "http://www.pnml.org/version-2009/grammar/ptnet"
MOST_ENDS = 40
"""With more ends than this nobody asks which of them can be reached together."""


@dataclass(slots=True)
class Net:
    """Places by number, transitions with the places before and behind; place 0 holds the one token."""

    places: list[str] = field(default_factory=list)
    transitions: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    """(name, empty for what nobody sees; before; behind)"""
    ends: list[int] = field(default_factory=list)
    """The net has ended when all tokens lie here."""

    def place(self, name: str) -> int:
        self.places.append(name)
        return len(self.places) - 1

    def fire(self, name: str, before: Iterable[int], behind: Iterable[int]) -> None:
        self.transitions.append((name, tuple(before), tuple(behind)))


def pnml(procedure: Procedure, lang: str) -> str:
    """Return the net of a procedure. Linear in steps and flows.

    Raises:
        InputError: the procedure has joins that no such net can say; each is named.
    """
    net = net_of(procedure, lang)
    root = etree.Element(_tag("pnml"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    held = etree.SubElement(root, _tag("net"), id="net", type=NET)
    _name(held, procedure.title.say(lang) or procedure.id)
    page = etree.SubElement(held, _tag("page"), id="page")
    for number, name in enumerate(net.places):
        place = etree.SubElement(page, _tag("place"), id=f"p{number}")
        _name(place, name)
        if number == 0:
            marking = etree.SubElement(place, _tag("initialMarking"))
            etree.SubElement(marking, _tag("text")).text = "1"
    for number, (name, _, _) in enumerate(net.transitions):
        transition = etree.SubElement(page, _tag("transition"), id=f"t{number}")
        _name(transition, name or f"t{number}")
        if not name:
            # both ProM and PM4Py know a silent transition by this
            about = {"tool": "ProM", "version": "6.4", "activity": "$invisible$"}
            etree.SubElement(transition, _tag("toolspecific"), about)
    arcs = [
        pair
        for number, (_, before, behind) in enumerate(net.transitions)
        for pair in (*((f"p{p}", f"t{number}") for p in before), *((f"t{number}", f"p{p}") for p in behind))
    ]
    for number, (source, target) in enumerate(arcs):
        etree.SubElement(page, _tag("arc"), id=f"a{number}", source=source, target=target)
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def net_of(procedure: Procedure, lang: str = "vi") -> Net:
    """Return the net itself.

    Raises:
        InputError: as `pnml`.
    """
    steps = {step.id: step for step in procedure.steps if not step.anytime}
    flows = {name: _flows(step, steps) for name, step in steps.items()}
    net = Net([_START.say(lang)])
    into: dict[str, list[int]] = {name: [] for name in steps}
    out: dict[str, list[int]] = {name: [] for name in steps}
    for name in steps:
        for flow in flows[name]:
            said = f"{name} → {flow.to}"
            out[name].append(net.place(f"{said} ({flow.outcome})" if flow.outcome else said))
            into[flow.to].append(out[name][-1])
    _begin(procedure, net, into)
    _refuse(procedure, steps, into)
    _finish(procedure, net, [name for name in steps if not flows[name]], out, lang)
    for name, step in steps.items():
        _play(net, step, into[name], out[name], lang)
    return net


_START = Text(vi="bắt đầu", en="start")
_END = Text(vi="kết thúc", en="end")
_REFUSED = Text(
    vi="mạng Petri (PNML) không diễn tả được chỗ chờ «những nhánh còn có thể đến»: {where}; "
    "hãy dùng bpmn, mermaid hoặc dot",
    en="a Petri net (PNML) cannot say 'wait for the branches that can still come': {where}; "
    "use bpmn, mermaid or dot",
)


def _flows(step: Step, steps: dict[str, Step]) -> list[Flow]:
    """Flows inside the graph; two outcomes of one choice that lead to one step are one flow."""
    known = [flow for flow in step.flows if flow.to in steps]
    if step.split is not Split.ONE:
        return known
    return list({flow.to: flow for flow in reversed(known)}.values())[::-1]


def _begin(procedure: Procedure, net: Net, into: dict[str, list[int]]) -> None:
    """One of the entries gets the token."""
    entries = [procedure.start] if procedure.start in into else [name for name in into if not into[name]]
    if len(entries) == 1:
        into[entries[0]].append(0)
        return
    for entry in entries:
        into[entry].append(net.place(f"→ {entry}"))
        net.fire("", [0], into[entry][-1:])


def _refuse(procedure: Procedure, steps: dict[str, Step], into: dict[str, list[int]]) -> None:
    faults = []
    for name, step in steps.items():
        if step.join is Join.SOME and len(into[name]) > 1:
            where = {"where": f"'{name}'"}
            said = Text(_REFUSED.fill("vi", where), _REFUSED.fill("en", where))
            faults.append(
                Fault(said, step.place.file or procedure.place.file, step.place.line, step.place.column)
            )
    if faults:
        raise InputError(faults)


def _finish(
    procedure: Procedure, net: Net, ends: Sequence[str], out: dict[str, list[int]], lang: str
) -> None:
    """One last place for all ends where no run reaches two of them, as analysers of nets expect."""
    study = study_of(procedure)
    apart = len(ends) < MOST_ENDS and not any(
        study.can_meet(end, [other for other in ends if other != end]) for end in ends if len(ends) > 1
    )
    for end in ends:
        if not net.ends or not apart:
            net.ends.append(net.place(_END.say(lang) if apart else f"{_END.say(lang)}: {end}"))
        out[end] = net.ends[-1:]


def _play(net: Net, step: Step, before: list[int], behind: list[int], lang: str) -> None:
    """The moves of one step."""
    said = "" if step.is_silent else step.name.say(lang) or step.id
    before = before or [net.place(f"→ {step.id}")]
    ways_in = [before] if step.join is Join.ALL else [[place] for place in before]
    split = Split.ALL if len(behind) < 2 else step.split
    ways_out = [behind] if split is Split.ALL else [[place] for place in behind]
    if split is Split.SOME:
        done = net.place(f"{step.id} ✓")
        _select(net, step.id, done, behind)
        ways_out = [[done]]
    several = (len(ways_in) > 1) + (len(ways_out) > 1)
    if not said and several < 2:
        for one in ways_in:
            for other in ways_out:
                net.fire("", one, other)
        return
    if len(ways_in) > 1:
        ready = net.place(f"{step.id} …")
        for one in ways_in:
            net.fire("", one, [ready])
        ways_in = [[ready]]
    if said and len(ways_out) > 1:
        chosen = net.place(f"{step.id} ?")
        net.fire(said, ways_in[0], [chosen])
        ways_in, said = [[chosen]], ""
    for one in ways_in:
        for other in ways_out:
            net.fire(said, one, other)


def _select(net: Net, name: str, start: int, behind: list[int]) -> None:
    """Ask of each branch in turn whether it is taken; the last must be if none was. Linear, not 2^n."""
    none, some = start, -1
    for number, place in enumerate(behind):
        last = number == len(behind) - 1
        to_some = -1 if last else net.place(f"{name} ≥1/{number + 1}")
        to_none = -1 if last else net.place(f"{name} 0/{number + 1}")
        after = [] if last else [to_some]
        net.fire("", [none], [place, *after])
        if not last:
            net.fire("", [none], [to_none])
        if some >= 0:
            net.fire("", [some], [place, *after])
            net.fire("", [some], after)
        none, some = to_none, to_some


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _name(parent: etree._Element, said: str) -> None:
    name = etree.SubElement(parent, _tag("name"))
    shown = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in said)
    etree.SubElement(name, _tag("text")).text = shown
