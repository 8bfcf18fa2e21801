"""How a log agrees with second sources: facts of dossiers, and what only the whole log can say.

Table made here: `registered`, the rows of the register that a dossier of the log answers to.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping

from iso_audit.engine.evidence import SHOWN
from iso_audit.engine.norms import Norms
from iso_audit.engine.seconds import Entry, Figure, Seconds
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY, date_of
from iso_audit.model.finding import Exhibit
from iso_audit.model.log import LogMapping
from iso_audit.model.procedure import Procedure
from iso_audit.model.trace import CANNOT_TELL, LogKind
from iso_audit.text import Text

_FIGURES = {
    "received": Text("đã tiếp nhận", "received"),
    "finished": Text("đã giải quyết", "finished"),
    "on_time": Text("giải quyết đúng hạn", "finished on time"),
    "overdue": Text("giải quyết quá hạn", "finished overdue"),
}
Counts = Mapping[tuple[str, str, str, str], int]
"""(procedure id, unit, month, figure) -> dossiers."""


def make_registered(store: Store, seconds: Seconds, statuses: Words, mapping: LogMapping) -> None:
    """Put the register beside the dossiers; a state that the log does not know is one of its own."""
    entries = [
        *seconds.entries,
        *(Entry(code, "", "", "", None, None, None, None) for code in seconds.unread),
    ]
    codes = {word: code for code, word in enumerate(statuses.meaning)}
    meant = (mapping.statuses.get(one.status, one.status) for one in entries)
    said = [codes.get(word, -1) if word else None for word in meant]
    days = ("received_day", "appointed_day", "finished_day", "returned_day")
    store.put(
        "register_row",
        {
            "dossier_id": ("VARCHAR", [one.dossier_id for one in entries]),
            "status": ("BIGINT", said),
            "is_unread": ("BOOLEAN", [n >= len(seconds.entries) for n in range(len(entries))]),
            **{day: ("BIGINT", [getattr(one, day) for one in entries]) for day in days},
        },
    )
    store.run(
        "CREATE OR REPLACE TABLE registered AS "
        f"SELECT i.dossier, r.is_unread, r.status, {', '.join(f'r.{day}' for day in days)} "
        "FROM register_row AS r JOIN id AS i USING (dossier_id)"
    )


class Agreement:
    """Compares second sources with a log that was worked out."""

    def __init__(
        self, store: Store, norms: Norms, seconds: Seconds, units: Words, mapping: LogMapping, drawn: dt.date
    ) -> None:
        self._store, self._norms, self._seconds, self._units = store, norms, seconds, units
        self._mapping, self._drawn = mapping, drawn

    def kinds(self) -> tuple[LogKind, ...]:
        """Rows of the register by whether the log knows them, then reported numbers beside those counted."""
        return (*self._of_register(), *self._of_figures())

    def _procedure(self, name: str, day: dt.date) -> Procedure | None:
        """The version in force on a day of the procedure that a row names, or that all are of."""
        name = name or self._mapping.procedure
        meant = self._mapping.procedures.get(name, name)
        known = (p for p in self._norms.world.procedures if meant in (p.id, p.code))
        return next((p for p in known if p.in_force.holds(day)), None)

    def _era(self, day: dt.date) -> int:
        return sum(first <= day for first in self._norms.world.eras)

    def _of_register(self) -> Iterator[LogKind]:
        """Rows outside the days and procedures of the log are not judged."""
        if not self._seconds.entries:
            return
        joined = "SELECT dossier_id FROM register_row JOIN id USING (dossier_id) JOIN base USING (dossier)"
        known = {row[0] for row in self._store.run(joined)}
        first, last = self._store.run("SELECT min(day), max(day) FROM dossier")[0]
        met = {self._norms.edition(code).procedure.id for code in self._norms.happened}
        groups: dict[tuple[str, str, int, int], list[Entry]] = {}
        for one in self._seconds.entries:
            at = one.received_day
            procedure = self._procedure(one.procedure, self._drawn if at is None else date_of(at))
            is_asked = (
                procedure is not None and procedure.id in met and at is not None and first <= at <= last
            )
            unlogged = 0 if one.dossier_id in known else 1 if is_asked else CANNOT_TELL
            unit = self._mapping.units.get(one.unit, one.unit)
            key = (one.procedure, unit, -1 if at is None else at, unlogged)
            groups.setdefault(key, []).append(one)
        for (name, unit, at, unlogged), rows in sorted(groups.items()):
            day = self._drawn if at < 0 else date_of(at)
            shown = tuple(
                Exhibit(row.dossier_id, {} if at < 0 else {"received_at": day})
                for row in sorted(rows)[: SHOWN if unlogged == 1 else 0]
            )
            yield LogKind(
                "register",
                self._procedure(name, day),
                self._era(day),
                unit,
                "" if at < 0 else f"{day:%Y-%m}",
                {"unlogged": unlogged},
                len(rows),
                shown,
            )

    def _of_figures(self) -> Iterator[LogKind]:
        if not self._seconds.figures:
            return
        counts = self._counts()
        first, settled, last = self._covered()
        met = {self._norms.edition(code).procedure.id for code in self._norms.happened}
        for one in sorted(self._seconds.figures):
            day = dt.date.fromisoformat(f"{one.month}-01") if one.month else self._drawn
            procedure = self._procedure(one.procedure, day) if one.procedure else None
            begin = first if one.name == "received" else settled
            is_covered = not one.month or begin <= one.month <= last
            unit = self._mapping.units.get(one.unit, one.unit)
            is_foreign = bool(one.procedure) and (procedure is None or procedure.id not in met)
            if is_foreign or not is_covered or (unit and unit not in self._units.meaning):
                facts = {"differs": CANNOT_TELL, "overstates": CANNOT_TELL}
                shown: tuple[Exhibit, ...] = ()
            else:
                facts, shown = self._compared(one, "" if procedure is None else procedure.id, counts)
            yield LogKind("reported", procedure, self._era(day), unit, one.month, facts, 1, shown)

    def _compared(
        self, one: Figure, procedure: str, counts: Counts
    ) -> tuple[dict[str, int], tuple[Exhibit, ...]]:
        """One reported number beside the one counted again; more on time, or less overdue, flatters."""
        asked = (procedure, self._mapping.units.get(one.unit, one.unit), one.month)
        counted = sum(
            count
            for (*place, name), count in counts.items()
            if name == one.name and all(wanted in ("", has) for wanted, has in zip(asked, place, strict=True))
        )
        flatters = (
            one.value > counted if one.name == "on_time" else one.name == "overdue" and one.value < counted
        )
        told = {"figure": _FIGURES[one.name], "reported": one.value, "counted": counted}
        facts = {"differs": int(one.value != counted), "overstates": int(flatters)}
        return facts, (Exhibit(one.month or "–", told),) if one.value != counted else ()

    def _counts(self) -> Counts:
        rows = self._store.run(
            f"""
            SELECT edition, unit, day, CASE WHEN end_s IS NULL THEN NULL ELSE end_s // {DAY} END AS ended,
                overdue, count(*)
            FROM dossier GROUP BY edition, unit, day, ended, overdue
            """
        )
        found: Counter[tuple[str, str, str, str]] = Counter()
        for edition, code, day, ended, overdue, count in rows:
            place = (self._norms.edition(edition).procedure.id, self._units.say(code))
            if day is not None:
                found[*place, f"{date_of(day):%Y-%m}", "received"] += count
            if ended is not None:
                month = f"{date_of(ended):%Y-%m}"
                found[*place, month, "finished"] += count
                if overdue < CANNOT_TELL:
                    found[*place, month, "overdue" if overdue else "on_time"] += count
        return found

    def _covered(self) -> tuple[str, str, str]:
        """The first month of receipt, the first whose finished dossiers are all here, and the last whole one.

        What was received before the log begins may have been finished as long after as the longest
        dossier of the log took.
        """
        first, longest = self._store.run(f"SELECT min(day), max(end_s // {DAY} - day) FROM dossier")[0]
        begin = date_of(first)
        period = self._norms.world.period
        if period is not None and period[0].day > 1 and begin <= period[0] + dt.timedelta(days=31):
            begin = (period[0].replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        settled = date_of(first + (longest or 0)).replace(day=1) + dt.timedelta(days=32)
        end = (self._drawn + dt.timedelta(days=1)).replace(day=1) - dt.timedelta(days=1)
        return f"{begin:%Y-%m}", f"{settled:%Y-%m}", f"{end:%Y-%m}"
