"""One dossier out of the log: what was done, by whom, how long it took, and what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from iso_audit.engine.explain import Explain
from iso_audit.engine.facts import BITS, used, work_until
from iso_audit.engine.norms import Norms
from iso_audit.engine.papers import Papers
from iso_audit.engine.protocol import Question
from iso_audit.engine.store import Store, Values
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY, date_of, from_civil
from iso_audit.model.log import DOSSIER_FACTS
from iso_audit.model.story import Deviation, Execution, Standstill, Story
from iso_audit.model.trace import CANNOT_TELL, YES
from iso_audit.text import Text


class _Row(NamedTuple):
    """A dossier as the database gives it."""

    dossier: int
    edition: int
    case: int
    unit: int | None
    channel: int | None
    status: int | None
    received_s: int | None
    appointed_s: int | None
    due_s: int | None
    due_day: int | None
    facts: int
    finished: bool
    end_s: int | None
    spent: int | None

    def says(self, fact: str) -> int:
        """A fact of the dossier: no, yes, or the log cannot tell."""
        return self.facts >> BITS * list(DOSSIER_FACTS).index(fact) & (1 << BITS) - 1


class Stories:
    """Tells dossiers one by one, after every question was put to all of them."""

    def __init__(
        self,
        store: Store,
        norms: Norms,
        words: Mapping[str, Words],
        explain: Explain,
        papers: Papers,
        spans: int,
        drawn_s: int,
        *,
        has_table: bool,
    ) -> None:
        self._has_table = has_table
        self._store, self._norms, self._words, self._explain = store, norms, words, explain
        self._papers, self._spans, self._drawn_s = papers, spans, drawn_s
        self._calendar = norms.world.calendar

    def of(self, dossier_id: str, questions: Sequence[Question], steps: Sequence[str]) -> tuple[Story, ...]:
        """The dossier that carries an id, as it was judged; none where it was not."""
        values, end = Values(), f"coalesce(d.end_s, {self._drawn_s})"
        rows = self._store.run(
            f"""
            SELECT d.dossier, d.edition, d."case", d.unit, b.channel, b.status, d.received_s, d.appointed_s,
                d.due_s, d.due_day, d.facts, d.finished, d.end_s,
                {work_until(end, "y", self._spans)} - {work_until("d.received_s", "x", self._spans)}
            FROM dossier AS d JOIN base AS b USING (dossier)
            LEFT JOIN day AS x ON x.day = d.received_s // {DAY}
            LEFT JOIN day AS y ON y.day = {end} // {DAY}
            WHERE d.dossier IN (SELECT dossier FROM id WHERE dossier_id = {values.bind(dossier_id)})
            """,
            values,
        )
        is_twice = self._is_told_twice(dossier_id)
        return tuple(self._story(dossier_id, _Row(*row), questions, steps, is_twice) for row in rows)

    def untold(self, dossier_id: str) -> str:
        """Why a dossier has no story: `unknown`, `no-procedure` or `outside-period`; empty: it has one."""
        values = Values()
        rows = self._store.run(
            f"""
            SELECT edition IS NULL, is_outside FROM base JOIN id USING (dossier)
            WHERE dossier_id = {values.bind(dossier_id)}
            """,
            values,
        )
        if not rows:
            return "unknown"
        (is_unjudged, is_outside) = rows[0]
        if not is_unjudged:
            return ""
        return "outside-period" if is_outside else "no-procedure"

    def _is_told_twice(self, dossier_id: str) -> bool:
        if not self._has_table:
            return False
        values = Values()
        return bool(self._store.run(f"FROM told_twice WHERE dossier_id = {values.bind(dossier_id)}", values))

    def near(self, dossier_id: str) -> tuple[str, ...]:
        """Ids in the log that look, whole or in their last letters, like one that is not there."""
        values = Values()
        like = values.bind(dossier_id)
        rows = self._store.run(
            f"""
            SELECT dossier_id FROM (
                SELECT dossier, dossier_id, least(damerau_levenshtein(dossier_id, {like}),
                    damerau_levenshtein(right(dossier_id, length({like})), {like}) + 1) AS far
                FROM id
            ) JOIN base USING (dossier)
            ORDER BY far, dossier_id LIMIT 3
            """,
            values,
        )
        return tuple(name for (name,) in rows)

    def _story(
        self, dossier_id: str, row: _Row, questions: Sequence[Question], steps: Sequence[str], is_twice: bool
    ) -> Story:
        words, known = self._words, self._norms.edition(row.edition)
        order, executions = self._executions(row.dossier, row.edition)
        end, overdue = self._drawn_s if row.end_s is None else row.end_s, row.says("overdue")
        used = None
        if row.received_s is not None and row.spent is not None:
            used = max(row.spent - self._stood(row.dossier, row.received_s, end), 0)
        return Story(
            dossier_id,
            known.procedure,
            case=words["case"].say(row.case),
            unit=words["unit"].say(row.unit),
            channel=words["channel"].say(row.channel),
            status=words["status"].say(row.status),
            received_at=self._moment(row.received_s),
            appointed_at=self._moment(row.appointed_s),
            due_at=self._moment(row.due_s),
            due_day=None if row.due_day is None else date_of(row.due_day),
            is_overdue=None if overdue == CANNOT_TELL else overdue == YES,
            is_finished=row.finished,
            is_closed=row.says("closed") == YES,
            is_broken_off=row.says("broken_off") == YES,
            finished_at=self._moment(row.end_s),
            drawn_up_at=self._moment(self._drawn_s),
            used_seconds=used,
            derivation=self._explain.dues([row.dossier]).get(row.dossier, Text()),
            executions=executions,
            standstills=self._standstills(row.dossier),
            deviations=self._deviations(row.dossier, order, questions, steps),
            is_told_twice=is_twice,
        )

    def _executions(self, dossier: int, edition: int) -> tuple[dict[int, int], tuple[Execution, ...]]:
        """Row of an event in the database -> its place in the story, and the story's events in order."""
        self._papers.gather("own_paper", f"SELECT row FROM event WHERE dossier = {dossier}")
        rows = self._store.run(
            f"""
            SELECT e.event, e.act, n.step, e.unit, e.role, e.actor,
                e.start_s, e.finish_s, {used(self._spans)}, c.document, e.new_s
            FROM event AS e
            LEFT JOIN own_paper AS c ON c.row = e.row
            LEFT JOIN norm AS n ON n.edition = {edition} AND n.act = e.act
            LEFT JOIN day AS s ON s.day = e.start_s // {DAY}
            LEFT JOIN day AS f ON f.day = e.finish_s // {DAY}
            WHERE e.dossier = {dossier} ORDER BY e.event
            """
        )
        by_id, words = self._norms.edition(edition).procedure.by_id, self._words
        told, order = [], {}
        for number, (event, act, step, unit, role, actor, start, finish, worked, document, new) in enumerate(
            rows
        ):
            order[event] = number
            name = self._norms.steps[step] if step else ""
            found = by_id.get(name)
            if not name:
                name = words["step"].written(act)
                name = words["step"].say(act) if name in by_id else name  # else it would pass for that step
            is_timed = start is not None and finish is not None and finish >= start
            told.append(
                Execution(
                    name,
                    found is not None,
                    words["unit"].say(unit),
                    words["role"].say(role),
                    words["actor"].say(actor),
                    self._moment(start),
                    self._moment(finish),
                    worked if is_timed else None,
                    found.limit if found is not None else None,
                    document or "",
                    self._moment(new),
                )
            )
        return order, tuple(told)

    def _standstills(self, dossier: int) -> tuple[Standstill, ...]:
        rows = self._store.run(
            f"SELECT begin_s, end_s, anew FROM stop WHERE dossier = {dossier} AND begin_s <= end_s "
            "ORDER BY ALL"
        )
        return tuple(
            Standstill(from_civil(self._calendar, begin), from_civil(self._calendar, end), anew)
            for begin, end, anew in rows
        )

    def _stood(self, dossier: int, received: int, end: int) -> int:
        """Seconds of work between two moments in which the clock stood, overlapping stretches once."""
        merged: list[list[int]] = []
        for first, last in self._store.run(
            f"SELECT greatest(begin_s, {received}) AS b, least(end_s, {end}) AS e FROM stop "
            f"WHERE dossier = {dossier} AND b < e ORDER BY ALL"
        ):
            if merged and first <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        return sum(self._explain.working_seconds(first, last) for first, last in merged)

    def _deviations(
        self, dossier: int, order: Mapping[int, int], questions: Sequence[Question], steps: Sequence[str]
    ) -> tuple[Deviation, ...]:
        if not questions:
            return ()
        rows = self._store.run(
            f"SELECT question, step, event, unit FROM failure WHERE dossier = {dossier} ORDER BY ALL"
        )
        return tuple(
            Deviation(*questions[question], steps[step], order.get(event), self._words["unit"].say(unit))
            for question, step, event, unit in rows
        )

    def _moment(self, civil: int | None) -> dt.datetime | None:
        return None if civil is None else from_civil(self._calendar, civil)
