"""How a due date came about, in the words of the one clock that is the meaning (`model.clock`)."""

from __future__ import annotations

import datetime as dt

import numpy as np

from iso_audit.analysis.worktime import WorkTable
from iso_audit.engine.dues import counts_same_day, limit_of
from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model import clock
from iso_audit.model.civil import from_civil
from iso_audit.text import LANGUAGES, Text


class Explain:
    """Explains computed due dates; says nothing of those that the source gave."""

    def __init__(self, store: Store, norms: Norms, table: WorkTable, cases: Words, drawn_s: int, given: bool) -> None:
        self._store, self._norms, self._table, self._cases = store, norms, table, cases
        self._drawn_s, self._given = drawn_s, given

    def late_seconds(self, due_s: int | None, end_s: int | None) -> int | None:
        """Working time from the due date to the finish, or to when the log was drawn up."""
        if due_s is None:
            return None
        until = self._drawn_s if end_s is None else end_s
        return int(self._table.working_seconds(np.array([due_s]), np.array([until]))[0])

    def due(self, edition: int, dossier: int) -> Text | None:
        """One sentence on the due date of a dossier; None where nothing was counted."""
        if self._given:
            return None
        row = self._store.run(f'SELECT received_s, "case" FROM dossier WHERE dossier = {dossier}')[0]
        case = self._cases.say(row[1])  # type: ignore[arg-type]
        known = self._norms.edition(edition)
        limit, same_day = limit_of(known, case), counts_same_day(known, case)
        if row[0] is None or (limit is None and not same_day):
            return None
        stops = self._store.run(f"SELECT begin_s, end_s, anew FROM stop WHERE dossier = {dossier} ORDER BY begin_s")
        calendar, procedure = self._norms.world.calendar, known.procedure

        def stretches(anew: bool) -> list[tuple[dt.datetime, dt.datetime]]:
            return [
                (from_civil(calendar, begin), from_civil(calendar, end))  # type: ignore[arg-type]
                for begin, end, restarts in stops
                if restarts is anew
            ]

        due = clock.due(
            calendar,
            limit,
            from_civil(calendar, int(str(row[0]))),
            cutoff=procedure.cutoff,
            cutoff_effect=procedure.cutoff_effect,
            same_day=same_day,
            pauses=stretches(False),
            restarts=stretches(True),
        )
        vi, en = (due.explain(lang) for lang in LANGUAGES)
        return Text(vi=vi, en=en)
