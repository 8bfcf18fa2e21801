"""Works out the dossiers of one part: from rows to what is said of each event and each dossier.

Tables made here, of the part at hand: `worked` (one row a dossier with a procedure, without what packs ask
by requirement) and `stop_here` (one row a stretch in which a clock stood); of all parts `judged` (one row an
event) and `execution` (one row an execution of the office).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from iso_audit.analysis.worktime import NO_DUE
from iso_audit.engine.course import course_of, standstills_of
from iso_audit.engine.dossiers import DossierFacts, Ends
from iso_audit.engine.dues import dues_of
from iso_audit.engine.duties import PAIRS_A_WORD, held_apart
from iso_audit.engine.executions import Asked, Dossiers, Executions
from iso_audit.engine.facts import BITS, EVENT_BITS, Facts, packed
from iso_audit.engine.handling import cells
from iso_audit.engine.idle import stagnant
from iso_audit.engine.store import Array, Given, Store
from iso_audit.engine.walks import COUNTED, EXECUTION, stood, walked
from iso_audit.model.civil import DAY
from iso_audit.model.log import DOSSIER_FACTS, EVENT_FACTS

_WORKED = {
    "dossier": "INTEGER",
    **dict.fromkeys(("due_s", "due_day", "counted_day", "plain_day", "end_s", "latest_apology_s"), "BIGINT"),
    **dict.fromkeys(("handover_s", "handed_out_s", "facts", "apart", "apart_too"), "BIGINT"),
    "finished": "BOOLEAN", "overdue": "INTEGER", "online": "INTEGER",
    **dict.fromkeys(("cell", "received", "ended", "stood"), "BIGINT"), **dict.fromkeys(COUNTED, "INTEGER"),
}  # fmt: skip
"""Columns of `worked`: `received` and `ended` on the line of work, `stood` the seconds of work in between
in which the clock stood; the rest as in `dossier`."""
_STOPS = {"event": "BIGINT", "dossier": "INTEGER", "begin_s": "BIGINT", "end_s": "BIGINT", "anew": "BOOLEAN"}
_JUDGED = {"event": "BIGINT", "dossier": "INTEGER", "unit": "INTEGER", "key": "BIGINT"}
_NARROW = 1 << 31
"""Below this a number takes four bytes."""


def work_out(store: Store, asked: Asked) -> None:
    """Make the tables of the part at hand; adds to `stop`, `judged` and `execution`."""
    store.drop("worked")
    store.drop("stop_here")
    desks = asked.places["desk"].max(initial=0) + asked.units
    store.mapped(
        {"events": _events(store, asked), "dossiers": _dossiers(store, asked)},
        partial(_worked, asked),
        {
            "worked": _WORKED,
            "stop_here": _STOPS,
            "judged": _narrowed(_JUDGED, "event", asked.rows),
            "execution": _narrowed(_narrowed(EXECUTION, "desk", desks), "slot", asked.slots),
        },
    )
    store.add("stop", "SELECT * FROM stop_here")


def _narrowed(types: Mapping[str, str], name: str, most: int) -> dict[str, str]:
    """Types of columns, in four bytes that of numbers which are never more than so many."""
    return {**types, **({name: "INTEGER"} if most < _NARROW else {})}


def add_dossiers(store: Store, slots: int) -> None:
    """Add to `dossier` what was worked out, with what packs ask by requirement (`demanded`).

    The slot of a dossier, one of so many, is its channel and the month of its receipt (`Handling.slot`).
    """
    is_demanded = store.any("demanded")
    shift = f"(CAST(apart_too AS HUGEINT) << {BITS * PAIRS_A_WORD}) + w.apart"
    demanded = f"""LEFT JOIN (
        SELECT dossier, CAST(sum(CAST(fact AS HUGEINT) << (number * {BITS})) AS HUGEINT) AS asked
        FROM demanded WHERE fact > 0 GROUP BY dossier
    ) AS m USING (dossier)"""
    store.add(
        "dossier",
        f"""
        SELECT dossier, b.row, b.edition, coalesce(b."case", -1) AS "case", b.unit, b.has_unit,
            b.has_row, b.received_s, b.day, w.cell % {slots} AS slot, b.appointed_s, w.due_s, w.due_day,
            w.end_s, w.finished, w.latest_apology_s, w.handover_s, w.handed_out_s, b.first_event, w.overdue,
            w.facts,
            {shift} {"+ coalesce(m.asked, 0)" if is_demanded else ""} AS apart
        FROM base_here AS b JOIN worked AS w USING (dossier) {demanded if is_demanded else ""}
        """,
    )


def _events(store: Store, asked: Asked) -> str:
    """SQL of the events of the part, each with the signs that were found at it."""
    own = [*asked.layout.words, *(("start_s", "finish_s") if asked.layout.offset_s is None else ())]
    own += ["new_s"] if asked.kept("events.new_appointed_at") else []
    beside = {"band": ("late AS band_late",), "sign": ("batch", "elsewhere", "round")}
    found = [name for name in beside if store.any(name)]
    also = "".join(f", {name}.{column}" for name in found for column in beside[name])
    joins = " ".join(f"LEFT JOIN {name} ON {name}.event = e.event" for name in found)
    return f"""
        SELECT e.event, e.dossier, e.begun, e.done, {", ".join(f"e.{name}" for name in own)}{also}
        FROM event_here AS e {joins}
    """


def _dossiers(store: Store, asked: Asked) -> str:
    """SQL of the dossiers of the part that a procedure judges, with what stands beside them."""
    also, joins = "", ""
    if store.any("code_said"):
        other = "k.day_said <> strftime(DATE '1970-01-01' + CAST(b.day AS INTEGER), '%y%m%d')"
        also += f", CAST(k.fits AS INTEGER) AS fits, k.is_twice, CAST({other} AS INTEGER) AS other_day"
        joins += " LEFT JOIN code_said_here AS k USING (dossier)"
    if asked.kept("register.dossier_id"):
        reach = "(SELECT {}(received_day) FROM register_row)"
        also += f""", r.is_unread, r.dossier IS NOT NULL AS is_registered, r.status AS register_status,
            r.received_day, r.appointed_day, r.finished_day, r.returned_day,
            b.day >= {reach.format("min")} AND b.day <= {reach.format("max")} AS is_within"""
        joins += " LEFT JOIN registered AS r USING (dossier)"
    return f"""
        SELECT b.dossier, b.edition, b."case", b.channel, b.status, b.unit, b.has_unit, b.has_row,
            b.has_events, b.received_s, b.day, b.appointed_s, b.given_s, b.due_part, b.finished_s,
            b.finished_part, b.returned_s{also}
        FROM base_here AS b {joins} WHERE b.edition IS NOT NULL
    """


def _worked(asked: Asked, given: Given) -> dict[str, dict[str, Array]]:
    """What is said of some dossiers and their events: a pure function of their rows."""
    d = Dossiers(given["dossiers"])
    e = Executions(asked, given["events"], d)
    course, stops = course_of(e), standstills_of(e)
    dues, ends = dues_of(asked, d, course, stops), Ends(asked, d, course)
    of_dossiers = DossierFacts(asked, d, course, ends, dues).all()
    worked = {
        **dues,
        "end_s": ends.end_s,
        "handed_out_s": ends.handed_out_s,
        "finished": ends.finished,
        "overdue": of_dossiers["overdue"],
        "received": _on_line(asked, d.seconds("received_s")),
        "ended": _on_line(asked, np.where(ends.has_end, ends.end_s, asked.drawn_s)),
    }
    of_events = Facts(e, worked, stops, stagnant(e, ends.end_s, ends.finished, stops)).all()
    place, cell = e.norm("place"), cells(asked, d)
    low, high = held_apart(e)
    executions, counts = walked(e, place, worked, stops, of_events["late"], cell)
    worked |= {
        **counts,
        "facts": packed(of_dossiers, DOSSIER_FACTS, len(d)),
        "apart": low,
        "apart_too": high,
        "cell": cell,
        "stood": stood(asked, worked["received"], worked["ended"], stops),
    }
    is_own_told = d.column("has_unit", False).astype(bool)[e.of] | (e.unit < 0)
    unit = np.where(is_own_told, d.column("unit")[e.of], e.unit)
    return {
        "worked": {"dossier": d.number, **{name: absent(values) for name, values in worked.items()}},
        "stop_here": {
            "event": e.event[stops.at],
            "dossier": d.number[stops.of],
            "begin_s": stops.begin_s,
            "end_s": stops.end_s,
            "anew": stops.anew,
        },
        "judged": {
            "event": e.event,
            "dossier": e.dossier,
            "unit": np.ma.masked_equal(unit, -1),
            "key": (place << EVENT_BITS) + packed(of_events, EVENT_FACTS, len(e)),
        },
        "execution": executions,
    }


def absent(values: Array) -> Array:
    """The same with `NO_DUE` as missing values."""
    return np.ma.masked_equal(values, NO_DUE) if values.dtype == np.int64 else values


def _on_line(asked: Asked, seconds: Array) -> Array:
    """Moments on the line of work; `NO_DUE` for those of which the calendar of the log knows nothing."""
    is_known = asked.table.covers(seconds // DAY)
    return np.where(is_known, asked.table.work_until(np.where(is_known, seconds, asked.drawn_s)), NO_DUE)
