"""How a due date came about, in the words of the one clock that is the meaning (`model.clock`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import numpy as np

from iso_audit.analysis.worktime import WorkTable
from iso_audit.engine.dues import counts_same_day, limit_of
from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store, integers
from iso_audit.engine.words import Words
from iso_audit.model import clock
from iso_audit.model.civil import from_civil
from iso_audit.text import LANGUAGES, Text

Stop = tuple[int, int, bool]
"""Begin and end in civil seconds, and whether the limit counts anew from there."""


class Explain:
    """Explains computed due dates; says nothing of those that the source gave."""

    def __init__(
        self, store: Store, norms: Norms, table: WorkTable, cases: Words, drawn_s: int, given: bool
    ) -> None:
        self._store, self._norms, self._table, self._cases = store, norms, table, cases
        self._drawn_s, self._given = drawn_s, given

    def working_seconds(self, begin_s: int, end_s: int) -> int:
        """Seconds of work between two civil seconds."""
        return int(self._table.working_seconds(np.array([begin_s]), np.array([end_s]))[0])

    def late_seconds(self, due_s: int | None, end_s: int | None) -> int | None:
        """Working time from the due date to the finish, or to when the log was drawn up."""
        if due_s is None:
            return None
        return self.working_seconds(due_s, self._drawn_s if end_s is None else end_s)

    def dues(self, dossiers: Collection[int]) -> dict[int, Text]:
        """One sentence on the due date of each of these dossiers; nothing where none was counted."""
        if self._given or not dossiers:
            return {}
        self._store.put("explained", integers([(dossier,) for dossier in sorted(dossiers)], "dossier"))
        stops: dict[int, list[Stop]] = {}
        for dossier, *stop in self._store.run(
            "SELECT dossier, begin_s, end_s, anew FROM stop JOIN explained USING (dossier) ORDER BY ALL"
        ):
            stops.setdefault(dossier, []).append((stop[0], stop[1], stop[2]))
        rows = self._store.run(
            'SELECT dossier, edition, received_s, "case" FROM dossier JOIN explained USING (dossier) '
            "WHERE received_s IS NOT NULL"
        )
        said = {
            dossier: self._due(edition, received, case, stops.get(dossier, []))
            for dossier, edition, received, case in rows
        }
        return {dossier: text for dossier, text in said.items() if text is not None}

    def _due(self, edition: int, received: int, case: int, stops: Sequence[Stop]) -> Text | None:
        known, name = self._norms.edition(edition), self._cases.say(case)
        limit, same_day = limit_of(known, name), counts_same_day(known, name)
        if limit is None and not same_day:
            return None
        calendar, procedure = self._norms.world.calendar, known.procedure

        def stretches(anew: bool) -> list[tuple[dt.datetime, dt.datetime]]:
            return [
                (from_civil(calendar, begin), from_civil(calendar, end))
                for begin, end, restarts in stops
                if restarts is anew and begin <= end
            ]

        due = clock.due(
            calendar,
            limit,
            from_civil(calendar, received),
            cutoff=procedure.cutoff,
            cutoff_effect=procedure.cutoff_effect,
            same_day=same_day,
            pauses=stretches(False),
            restarts=stretches(True),
        )
        vi, en = (due.explain(lang) for lang in LANGUAGES)
        return Text(vi=vi, en=en)
