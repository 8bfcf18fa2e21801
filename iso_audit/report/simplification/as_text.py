"""The comparison at the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from iso_audit.report.quoting import harmless, width
from iso_audit.report.simplification.values import EffectRow, ProposalView, SimulationView
from iso_audit.report.words import Words
from iso_audit.report.wrapping import WIDTH, wrapped


def as_text(view: SimulationView) -> str:
    """The whole comparison, ready to print."""
    return "\n".join(map(harmless, _lines(view))) + "\n"


def _lines(view: SimulationView) -> Iterable[str]:
    say = view.words
    title = say("sim.text.head", title=view.subject)
    yield from (title, "=" * min(width(title), WIDTH), "")
    if view.stamp:
        yield from (*wrapped(view.stamp), "")
    label = max((width(name) for name, _ in view.about), default=0)
    for name, said in view.about:
        yield from wrapped(said, f"  {_padded(name, label)}  ", " " * (label + 4))
    if view.loads:
        yield from ("", say("sim.text.load"))
        most = max(width(role) for role, *_ in view.loads)
        for role, people, _, busy in view.loads:
            yield f"  {_padded(role, most)}  {people:>3}  {busy:>5}"
    yield from _calibration(view)
    if view.search is not None:
        yield from ("", *wrapped(view.search.lead))
        for line in view.search.apart:
            yield from wrapped(line, "  ! ", "    ")
    for proposal in view.proposals:
        yield from _proposal(proposal, say)
    yield from ("", *wrapped(say("sim.note_interval")))


def _calibration(view: SimulationView) -> Iterable[str]:
    found, say = view.calibration, view.words
    if found is None:
        return
    yield from ("", *wrapped(found.lead))
    for line in found.warnings:
        yield from wrapped(line, "  ! ", "    ")
    if found.hold_out:
        yield from wrapped(found.hold_out_lead)
        heads = ("measure", "observed", "simulated", "error", "goal", "noise", "verdict")
        rows = [tuple(say(f"sim.held.{key}") for key in heads), *found.hold_out]
        widths = [max(width(row[n]) for row in rows) for n in range(len(heads))]
        yield from (_row(row, widths) for row in rows)


def _proposal(proposal: ProposalView, say: Words) -> Iterable[str]:
    title = say("sim.section.proposal", n=proposal.number, title=proposal.title)
    yield from ("", title, "-" * min(width(title), WIDTH))
    for what, why in proposal.changes:
        yield from wrapped(f"{what} – {why}" if why else what, "  • ", "    ")
    yield from ("", *wrapped(proposal.conclusion))
    for change, reasons in groupby(proposal.refused, key=lambda one: one.change):
        if change:
            yield from wrapped(f"{change}:", "  ✗ ", "    ")
        for one in reasons:
            authority = "; ".join(part for part in (one.code, one.ground) if part)
            beside = f" [{authority}]" if authority else ""
            yield from wrapped(one.reason + beside, "    - " if change else "  ✗ ", "      ")
    if proposal.assumed:
        yield from ("", f"{say('sim.assumed')}:")
        for line in proposal.assumed:
            yield from wrapped(line, "  - ", "    ")
    if proposal.effects:
        yield from ("", *_table(proposal.effects, say))
    for heading, found in (
        ("sim.findings_new", proposal.new_findings),
        ("sim.findings_gone", proposal.gone_findings),
        ("sim.findings_log", proposal.log_findings),
    ):
        if found:
            yield from ("", f"{say(heading)}:")
            for told in found:
                yield from wrapped(f"{told.code} [{told.grade_said}] {told.said}", "  ", "      ")


def _table(rows: Iterable[EffectRow], say: Words) -> Iterable[str]:
    heads = [
        say(f"sim.col.{key}") for key in ("measure", "today", "proposed", "difference", "between", "verdict")
    ]
    cells = [heads] + [
        [f"{r.label} ({r.unit})", r.as_is, r.to_be, r.difference, r.interval, r.verdict] for r in rows
    ]
    widths = [max(width(row[n]) for row in cells) for n in range(6)]
    yield from (_row(row, widths) for row in cells)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """A line of a table: what it is about, figures one under the other, a word at the end."""
    first, *figures, last = cells
    rooms = zip(figures, widths[1:-1], strict=True)
    numbers = "  ".join(" " * (room - width(figure)) + figure for figure, room in rooms)
    return f"  {_padded(first, widths[0])}  {numbers}  {last}"


def _padded(said: str, room: int) -> str:
    return said + " " * (room - width(said))
