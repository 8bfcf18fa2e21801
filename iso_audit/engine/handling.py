"""How dossiers were handled: executions, repeats, hand-overs, work and waiting, counted part by part.

Tables made here: `cell_count` (one row a cell and part), `step_count` (one row a step, unit and slot) and
`took` (what, key, value: every single time of dossiers), with its view `took_in_all` those of executions too.

A cell is version, unit, channel and month of a dossier in one number; its last part, channel and month,
is the slot of the dossier's executions. A desk is version, step and unit of an execution in one number.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from iso_audit.analysis.worktime import NO_DUE
from iso_audit.engine.executions import Asked, Dossiers
from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Array, Store
from iso_audit.engine.walks import AGAIN, ALWAYS, COUNTED, HELD, KEPT, NEVER, WHERE_LATE
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.measure import Timed
from iso_audit.model.procedure import Procedure, Step

TIMES = tuple(Timed)
"""What is timed, by the number that `took` gives it."""
CELL_COUNTS, STEP_COUNTS = 16, 8
"""How many counts `c0`, `c1` ... a row of `cell_count` and `step_count` has: those of the nouns, in order."""
MONTHS = 12 * 2_200
"""Room for the number of a month since the year 0; 0 for none."""


class Handling:
    """Counts how the dossiers of one log were handled."""

    def __init__(self, store: Store, norms: Norms, words: Mapping[str, Words]) -> None:
        self._store, self._norms = store, norms
        self._people = words["actor"]
        known = words["unit"].meaning
        named = {step.unit for procedure in norms.world.procedures for step in procedure.steps}
        named |= {person.unit for person in norms.world.organisation.people.values()}
        self.units = (*known, *sorted(named - {""} - set(known)), "")
        """Names of units by their numbers; the last one, -1 too, is for none."""
        self.channels = (*words["channel"].meaning, "")

    def add(self) -> None:
        """Count the dossiers of the part: how they stand, what was repeated, asked for, handed over."""
        standing = (
            "true", "finished OR end_s IS NOT NULL",
            f"overdue = 0 AND end_s // {DAY} < due_day", f"overdue = 0 AND end_s // {DAY} >= due_day",
            "overdue = 1 AND end_s IS NOT NULL", "overdue = 0 AND end_s IS NULL",
            "overdue = 1 AND end_s IS NULL", "overdue = 2",
        )  # fmt: skip
        repeats, requests, *moves = COUNTED
        counts = [f"count(*) FILTER ({condition})" for condition in standing]
        for name in (repeats, requests):
            counts += [f"count(*) FILTER ({name} > 0)", f"sum({name})"]
        counts += [f"sum({name})" for name in moves]
        said = ", ".join(f"{count} AS c{n}" for n, count in enumerate(counts))
        self._store.add("cell_count", f"SELECT cell, {said} FROM worked GROUP BY cell")
        number = {what: n for n, what in enumerate(TIMES)}
        days = f"end_s // {DAY} - b.received_s // {DAY}"
        values = (
            (Timed.LEAD_DAYS, days),
            (Timed.LEAD, "ended - received"),
            (Timed.COUNTED, "ended - received - stood"),
        )
        queries = (
            f"SELECT {number[what]} AS what, cell AS key, {value} AS value FROM worked JOIN base_here AS b "
            "USING (dossier) WHERE end_s IS NOT NULL AND b.received_s <= end_s AND ended IS NOT NULL"
            for what, value in values
        )
        self._store.add("took", " UNION ALL ".join(queries))

    def finish(self) -> None:
        """Count all executions; their times stand beside those of the dossiers."""
        held, kept = f"marks & {HELD} > 0", f"marks & {KEPT} = 0"
        counts = (
            "count(*)", f"count(*) FILTER (marks & {AGAIN} > 0)", "count(worked)", "sum(worked)",
            f"count(*) FILTER ({held})", f"count(*) FILTER ({held} AND {kept})", "count(waited)",
            "sum(waited)",
        )  # fmt: skip
        said = ", ".join(f"coalesce({count}, 0) AS c{n}" for n, count in enumerate(counts))
        self._store.add("step_count", f"SELECT desk, slot, {said} FROM execution GROUP BY desk, slot")
        self._store.run(
            f"CREATE OR REPLACE VIEW took_in_all AS SELECT what, key, value FROM took UNION ALL "
            f"SELECT {TIMES.index(Timed.STEP)}, desk, worked FROM execution WHERE worked IS NOT NULL"
        )

    def cell(self, number: int) -> tuple[int, str, str, str]:
        """Version, unit, channel and month of a cell."""
        rest, slot = divmod(number, self.slots)
        version, unit = divmod(rest, len(self.units))
        return version, self.units[unit - 1], *self.slot(slot)

    def slot(self, number: int) -> tuple[str, str]:
        """Channel and month of a slot."""
        channel, month = divmod(number, MONTHS)
        year, at = divmod(month - 1, 12)
        return self.channels[channel - 1], f"{year:04}-{at + 1:02}" if month else ""

    def desk(self, number: int) -> tuple[int, str, str]:
        """Version, step and unit of a desk."""
        rest, unit = divmod(number, len(self.units))
        version, step = divmod(rest, len(self._norms.steps))
        return version, self._norms.steps[step], self.units[unit - 1]

    @property
    def slots(self) -> int:
        """How many channels and months there may be, together."""
        return len(self.channels) * MONTHS

    def places(self) -> dict[str, Array]:
        """What is to know of each place of the key of an event: `desk`, `asks`, `held`, `unit` (-1: none).

        The number of a desk is `desk` here and the number of a unit, -1 for none, together.
        """
        code = {name: number for number, name in enumerate(self.units[:-1])}
        rows: list[tuple[int, ...]] = []
        for edition, number in self._norms.places:
            procedure = self._norms.edition(edition).procedure
            step = procedure.by_id.get(self._norms.steps[number])
            asks = step is not None and step.is_a("request_supplement")
            unit = code.get(step.unit, -1) if step is not None else -1
            desk = (edition // self._norms.eras * len(self._norms.steps) + number) * len(self.units) + 1
            rows.append((desk, int(asks), _held(procedure, step), unit))
        columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
        return dict(zip(("desk", "asks", "held", "unit"), columns, strict=True))

    def unit_of_person(self) -> Array:
        """The unit of each actor as the list of people names it, and last of nobody; -1 for none."""
        people = self._norms.world.organisation.people
        code = {name: number for number, name in enumerate(self.units[:-1])}
        units = [code.get(people[name].unit, -1) if name in people else -1 for name in self._people.meaning]
        return np.array([*units, -1], dtype=np.int64)


def cells(asked: Asked, dossiers: Dossiers) -> Array:
    """The cell of each dossier (`Handling.cell`)."""
    day = dossiers.seconds("day")
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 12 * 1970 + 1
    slot = (dossiers.column("channel") + 1) * MONTHS + np.where(day == NO_DUE, 0, month)
    desk = (dossiers.edition // asked.norms.eras) * asked.units + dossiers.column("unit") + 1
    cell: Array = desk * asked.slots + slot
    return cell


def _held(procedure: Procedure, step: Step | None) -> int:
    """When executions of a step count as held to its limit: of steps that share one, the last counts."""
    if step is None:
        return NEVER
    group = next((one for one in procedure.limit_groups if step.id in one.steps), None)
    limit = group.limit if group is not None else step.limit
    if limit is None or not limit.value:
        return NEVER
    return WHERE_LATE if group is not None and step.id != group.steps[-1] else ALWAYS
