"""What packs ask of a log by requirement, as tables: which activities of which edition each demand means.

The answers are worked out in `demands`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iso_audit.engine.editions import Edition, compare
from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store, integers
from iso_audit.model.log import Asks

ASKS: Mapping[Asks | None, int] = {asks: code for code, asks in enumerate((None, *Asks))}
"""What a demand is about, as a number; 0: a role, or the time between two steps."""
FIRST, SECOND, UNLESS = 1, 2, 4
"""Bits of `sides`: which part of a demand an activity answers to."""

EVENTS = """event_here AS e
        JOIN base_here AS b USING (dossier)
        JOIN demand AS u ON u.edition = b.edition AND u.act = e.act"""
"""SQL of the events that answer to some part of a demand."""


def store_demands(store: Store, norms: Norms) -> None:
    """Put the tables `demand` (edition, activity, number of the demand) and `desk_unit` (edition, unit)."""
    editions = [norms.edition(code) for code in norms.happened]
    demands = [row for edition in editions for row in _demands(norms, edition)]
    names = ("edition", "act", "number", "sides", "required", "compared", "amount", "online", "asks")
    store.put("demand", integers(demands, *names))
    desks = [row for edition in editions for row in _desks(norms, edition)]
    store.put("desk_unit", integers(desks, "edition", "unit", "away"))


def _demands(norms: Norms, edition: Edition) -> Iterator[tuple[int, ...]]:
    meant = edition.procedure.meant
    for number, demand in enumerate(edition.demands, len(edition.pairs)):
        parts = [
            (bit, {step.id for name in names for step in meant(name)})
            for bit, names in ((FIRST, demand.first), (SECOND, demand.second), (UNLESS, demand.unless))
        ]
        compared, amount = compare(demand.limit)
        required, asks = norms.required(demand.role), ASKS[demand.asks]
        online = -1 if demand.online is None else int(demand.online)
        for act, step in norms.acting_as(edition):
            sides = 0 if step is None else sum(bit for bit, steps in parts if step.id in steps)
            if sides:
                yield edition.code, act, number, sides, required, compared, amount, online, asks


def _desks(norms: Norms, edition: Edition) -> Iterator[tuple[int, ...]]:
    """Units that are a desk (0), or specialised and no desk (1), where a demand asks for them."""
    if all(demand.asks not in (Asks.DESK, Asks.THROUGH_DESK) for demand in edition.demands):
        return
    units = norms.world.organisation.units
    desks = {step.unit for step in edition.procedure.of_kind("receive")} | {u.desk for u in units.values()}
    for code, name in enumerate(norms.units.meaning):
        kind = units[name].kind if name in units else ""
        if name in desks or kind == "desk":
            yield edition.code, code, 0
        elif kind == "specialised":
            yield edition.code, code, 1
