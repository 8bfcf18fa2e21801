"""How single dossiers went, event by event, as arrays: what numbers of a scenario are fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words

Ints = NDArray[np.int64]

UNKNOWN = int(np.iinfo(np.int64).min)
"""A moment that the log does not tell."""


@dataclass(frozen=True, eq=False)
class Courses:
    """Dossiers of one procedure in order of receipt, and their events in order of time.

    Moments are civil seconds, UNKNOWN where the log has none; `step`, `actor`, `case` and `channel` are
    indexes into the words beside them, -1 where there is none.
    """

    received_s: Ints
    ended_s: Ints
    """UNKNOWN: still under way when the log was drawn up."""
    case: Ints
    channel: Ints
    overdue: Ints
    """1: past its due date, 2: nobody can tell."""
    first: Ints
    """First event of each dossier, with one more at the end."""
    step: Ints
    actor: Ints
    started_s: Ints
    finished_s: Ints
    steps: tuple[str, ...]
    actors: tuple[str, ...]
    cases: tuple[str, ...]
    channels: tuple[str, ...]
    drawn_s: int
    """Until when the log tells anything."""


def courses(
    store: Store, norms: Norms, words: dict[str, Words], procedure: str, unit: str, drawn_s: int
) -> Courses:
    """Fetch the dossiers of a procedure, all its versions, of one unit or (empty) of all.

    Those whose receipt is unknown are left out.
    """
    editions = [str(code) for code, one in norms.editions.items() if one.procedure.id == procedure]
    chosen = f"b.edition IN ({', '.join(editions) or 'NULL'}) AND b.received_s IS NOT NULL"
    if unit:
        chosen += (
            f" AND b.unit = {words['unit'].meaning.index(unit) if unit in words['unit'].meaning else -1}"
        )
    dossiers = store.arrays(
        f"""
        SELECT b.dossier, b.received_s, coalesce(d.end_s, {UNKNOWN}) AS ended_s,
            coalesce(b."case", -1) AS "case", coalesce(b.channel, -1) AS channel,
            d.overdue AS overdue
        FROM base AS b JOIN dossier AS d USING (dossier) WHERE {chosen} ORDER BY b.received_s, b.dossier
        """
    )
    events = store.arrays(
        f"""
        SELECT e.dossier, e.act, coalesce(e.actor, -1) AS actor, coalesce(e.start_s, {UNKNOWN}) AS started_s,
            coalesce(e.finish_s, {UNKNOWN}) AS finished_s
        FROM event AS e JOIN base AS b USING (dossier) WHERE {chosen} ORDER BY e.dossier, e.event
        """
    )
    known = {name: np.asarray(values, dtype=np.int64) for name, values in {**dossiers, **events}.items()}
    ids = np.asarray(dossiers["dossier"], dtype=np.int64)
    place = np.empty(int(ids.max()) + 1 if len(ids) else 0, dtype=np.int64)
    place[ids] = np.arange(len(ids))
    whose = place[np.asarray(events["dossier"], dtype=np.int64)]
    order = np.argsort(whose, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(whose, minlength=len(ids)))]).astype(np.int64)
    of_event = {name: known[name][order] for name in ("act", "actor", "started_s", "finished_s")}
    return Courses(
        received_s=known["received_s"],
        ended_s=known["ended_s"],
        case=known["case"],
        channel=known["channel"],
        overdue=known["overdue"],
        first=first,
        step=of_event["act"],
        actor=of_event["actor"],
        started_s=of_event["started_s"],
        finished_s=of_event["finished_s"],
        steps=words["step"].meaning,
        actors=words["actor"].meaning,
        cases=words["case"].meaning,
        channels=words["channel"].meaning,
        drawn_s=drawn_s,
    )
