"""How dossiers were handled: executions, repeats, hand-overs, work and waiting, counted part by part.

Tables made here: `cell_count` (one row a cell and part),
`step_count` (one row a step, unit, slot and part) and `took` (what, key, value: every single time).

A cell is version, unit, channel and month of a dossier in one number; its last part, channel and month,
is the slot of the dossier's executions. A desk is version, step and unit of an execution in one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iso_audit.engine.facts import work_until
from iso_audit.engine.norms import APPLICANT, Norms
from iso_audit.engine.passes import Parts
from iso_audit.engine.store import Store, integers
from iso_audit.engine.walks import make_handled, make_repeated, make_stood
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.measure import Timed
from iso_audit.model.procedure import Procedure, Step

TIMES = tuple(Timed)
"""What is timed, by the number that `took` gives it."""
CELL_COUNTS, STEP_COUNTS = 16, 8
"""How many counts `c0`, `c1` ... a row of `cell_count` and `step_count` has: those of the nouns, in order."""
_MONTHS = 12 * 2_200
"""Room for the number of a month since the year 0; 0 for none."""
NEVER, ALWAYS, WHERE_LATE = range(3)
"""When an execution counts as held to the limit of its step."""


class Handling:
    """Counts how the dossiers of one log were handled."""

    def __init__(
        self, store: Store, norms: Norms, words: Mapping[str, Words], spans: int, drawn_s: int,
        *, is_start_derived: bool,
    ) -> None:  # fmt: skip
        self._store, self._norms, self._spans, self._drawn_s = store, norms, spans, drawn_s
        self._is_start_derived = is_start_derived
        self._people = words["actor"]
        known = words["unit"].meaning
        named = {step.unit for procedure in norms.world.procedures for step in procedure.steps}
        named |= {person.unit for person in norms.world.organisation.people.values()}
        self.units = (*known, *sorted(named - {""} - set(known)), "")
        """Names of units by their numbers; the last one, -1 too, is for none."""
        self.channels = (*words["channel"].meaning, "")

    def count(self, parts: Parts) -> None:
        """Make the tables."""
        for name in ("cell_count", "step_count", "took"):
            self._store.drop(name)
        self._put_places()
        for _ in parts.each("event", "judged", "dossier", "base", "stop"):
            self._measure_dossiers()
            make_handled(self._store, self._spans, is_start_derived=self._is_start_derived)
            make_repeated(self._store)
            make_stood(self._store, self._spans)
            self._add_cells()
            self._add_steps()
            self._add_times()
        for name in ("measured", "handled", "repeated", "stood", "handled_place", "person_unit"):
            self._store.drop(name)

    def cell(self, number: int) -> tuple[int, str, str, str]:
        """Version, unit, channel and month of a cell."""
        rest, slot = divmod(number, self._slots)
        version, unit = divmod(rest, len(self.units))
        return version, self.units[unit - 1], *self.slot(slot)

    def slot(self, number: int) -> tuple[str, str]:
        """Channel and month of a slot."""
        channel, month = divmod(number, _MONTHS)
        year, at = divmod(month - 1, 12)
        return self.channels[channel - 1], f"{year:04}-{at + 1:02}" if month else ""

    def desk(self, number: int) -> tuple[int, str, str]:
        """Version, step and unit of a desk."""
        rest, unit = divmod(number, len(self.units))
        version, step = divmod(rest, len(self._norms.steps))
        return version, self._norms.steps[step], self.units[unit - 1]

    @property
    def _slots(self) -> int:
        return len(self.channels) * _MONTHS

    def _put_places(self) -> None:
        """Put `handled_place` (what is to know of each place of the key of an event) and `person_unit`."""
        code = {name: number for number, name in enumerate(self.units[:-1])}
        applicants = {APPLICANT}
        applicants |= {role.id for role in self._norms.world.organisation.roles.values() if role.is_applicant}
        rows: list[Sequence[object]] = []
        for (edition, number), place in self._norms.places.items():
            procedure = self._norms.edition(edition).procedure
            step = procedure.by_id.get(self._norms.steps[number])
            is_own = step is not None and step.role in applicants
            asks = step is not None and step.is_a("request_supplement")
            unit = code.get(step.unit) if step is not None else None
            desk = (edition // self._norms.eras * len(self._norms.steps) + number) * len(self.units) + 1
            rows.append((place, desk, int(number > 0), int(is_own), int(asks), _held(procedure, step), unit))
        names = ("place", "desk", "is_step", "is_own", "asks", "held", "unit")
        self._store.put("handled_place", integers(rows, *names))
        people = self._norms.world.organisation.people
        units = [
            (actor, code[people[name].unit])
            for actor, name in enumerate(self._people.meaning)
            if name in people and people[name].unit
        ]
        self._store.put("person_unit", integers(units, "actor", "unit"))

    def _measure_dossiers(self) -> None:
        """Make `measured`: dossiers with their cell, and the seconds of work until receipt and end."""
        end = f"coalesce(d.end_s, {self._drawn_s})"
        month = "CAST(substring(d.month, 1, 4) AS INTEGER) * 12 + CAST(substring(d.month, 6, 2) AS INTEGER)"
        unit = f"(d.edition // {self._norms.eras}) * {len(self.units)} + coalesce(d.unit, -1) + 1"
        slot = f"(coalesce(b.channel, -1) + 1) * {_MONTHS} + CASE WHEN d.month = '' THEN 0 ELSE {month} END"
        self._store.run(
            f"""
            CREATE OR REPLACE TEMP TABLE measured AS
            SELECT d.dossier, d.unit, d.finished, d.overdue, d.end_s, d.due_day, d.received_s,
                CAST({unit} AS BIGINT) * {self._slots} + {slot} AS cell,
                {work_until("d.received_s", "r", self._spans)} AS received,
                {work_until(end, "x", self._spans)} AS ended
            FROM dossier_here AS d
            JOIN base_here AS b USING (dossier)
            LEFT JOIN day AS r ON r.day = d.received_s // {DAY}
            LEFT JOIN day AS x ON x.day = {end} // {DAY}
            """
        )

    def _add_cells(self) -> None:
        """Add to `cell_count`: how dossiers stand, what was repeated, asked for and handed over."""
        standing = (
            "true", "finished OR end_s IS NOT NULL",
            f"overdue = 0 AND end_s // {DAY} < due_day", f"overdue = 0 AND end_s // {DAY} >= due_day",
            "overdue = 1 AND end_s IS NOT NULL", "overdue = 0 AND end_s IS NULL",
            "overdue = 1 AND end_s IS NULL", "overdue = 2",
        )  # fmt: skip
        some = ["count(DISTINCT dossier)", "count(*)"]
        walked = ["count(other_unit)", "sum(other_unit)", "count(other_person)", "sum(other_person)"]
        queries = (
            (0, [f"count(*) FILTER ({condition})" for condition in standing], "measured"),
            (8, some, "repeated"),
            (10, some, "handled WHERE place IN (SELECT place FROM handled_place WHERE asks = 1)"),
            (12, walked, "handled"),
        )
        for first, counts, rows in queries:
            self._store.add(
                "cell_count", f"SELECT cell, {_filled(first, counts, CELL_COUNTS)} FROM {rows} GROUP BY cell"
            )

    def _add_steps(self) -> None:
        """Add to `step_count`: executions of the office, each with its work, its limit and its wait."""
        held = f"(p.held = {ALWAYS} AND h.late < 2 OR p.held = {WHERE_LATE} AND h.late = 1)"
        counts = [
            "count(*)", "0", "count(h.worked)", "sum(h.worked)", f"count(*) FILTER ({held})",
            f"count(*) FILTER ({held} AND h.late = 1)", "count(h.waited)", "sum(h.waited)",
        ]  # fmt: skip
        desk = "p.desk + coalesce(h.unit, -1) AS desk"
        slot = f"h.cell % {self._slots} AS slot"
        self._store.add(
            "step_count",
            f"""
            SELECT {desk}, {slot}, {_filled(0, counts, STEP_COUNTS)}
            FROM handled AS h JOIN handled_place AS p USING (place) WHERE NOT h.is_own GROUP BY 1, 2
            """,
        )
        self._store.add(
            "step_count",
            f"""
            SELECT h.desk + coalesce(h.unit, -1), {slot}, {_filled(1, ["count(*)"], STEP_COUNTS)}
            FROM repeated AS h GROUP BY 1, 2
            """,
        )

    def _add_times(self) -> None:
        """Add to `took`: lead times of dossiers that ended, and times of executions."""
        number = {what: n for n, what in enumerate(TIMES)}
        known = "end_s >= received_s AND ended IS NOT NULL"  # the calendar knows the days of the log alone
        ended = f"FROM measured WHERE end_s IS NOT NULL AND {known}"
        self._store.add(
            "took",
            f"""
            SELECT {number[Timed.LEAD_DAYS]} AS what, cell AS key,
                end_s // {DAY} - received_s // {DAY} AS value {ended}
            UNION ALL SELECT {number[Timed.LEAD]}, cell, ended - received {ended}
            UNION ALL SELECT {number[Timed.COUNTED]}, d.cell, d.ended - d.received - coalesce(t.seconds, 0)
            FROM measured AS d LEFT JOIN stood AS t USING (dossier)
            WHERE end_s IS NOT NULL AND {known}
            UNION ALL SELECT {number[Timed.STEP]}, p.desk + coalesce(h.unit, -1), h.worked
            FROM handled AS h JOIN handled_place AS p USING (place)
            WHERE h.worked IS NOT NULL AND NOT h.is_own
            """,
        )


def _held(procedure: Procedure, step: Step | None) -> int:
    """When executions of a step count as held to its limit: of steps that share one, the last counts."""
    if step is None:
        return NEVER
    group = next((one for one in procedure.limit_groups if step.id in one.steps), None)
    limit = group.limit if group is not None else step.limit
    if limit is None or not limit.value:
        return NEVER
    return WHERE_LATE if group is not None and step.id != group.steps[-1] else ALWAYS


def _filled(first: int, counts: Sequence[str], width: int) -> str:
    """SQL of the counts from number `first` on, and 0 for all others of a row."""
    said = ["0"] * first + list(counts) + ["0"] * (width - first - len(counts))
    return ", ".join(f"coalesce({count}, 0) AS c{n}" for n, count in enumerate(said))
