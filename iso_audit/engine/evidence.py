"""The evidence behind findings: a few dossiers to show, and all of them as a file.

A row of the file is one breach of one dossier. Rows stand in a fixed order, so that the same log
gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from iso_audit.engine.explain import Explain
from iso_audit.engine.facts import used
from iso_audit.engine.intake import Account
from iso_audit.engine.norms import Norms
from iso_audit.engine.papers import Papers
from iso_audit.engine.protocol import Question, Where
from iso_audit.engine.store import Store, integers
from iso_audit.engine.whole_files import cell, whole_file
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY, date_of, from_civil
from iso_audit.model.finding import Exhibit
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.text import Text

SHOWN = 5
COLUMNS = (
    "code", "requirement", "variant", "procedure", "unit", "step", "dossier_id", "occurred_at", "started_at",
    "used_hours", "limit_hours", "received_at", "due_at", "finished_at", "actor", "role", "document",
    "source_row",
)  # fmt: skip
_BATCH = 10_000
_PLACE = 4
"""The first columns of a breach: what says to which finding it belongs."""
_MOMENTS = 4_096
"""Moments that are kept: the first dossiers of one finding are often those of others, too."""


class _Breach(NamedTuple):
    """One breach of one dossier, as the database gives it."""

    question: int
    edition: int
    unit: int | None
    step: int
    dossier: int
    dossier_id: str
    start_s: int | None
    finish_s: int | None
    used: int | None
    event_step: int | None
    received_s: int | None
    due_s: int | None
    end_s: int | None
    appointed_s: int | None
    actor: int | None
    role: int | None
    document: str | None
    row: int
    is_dossier_row: bool
    position: int | None
    overdue: int

    @property
    def is_about_time(self) -> bool:
        """Whether a reader wants to know how the due date came about."""
        return self.event_step is None and (self.overdue == 1 or self.appointed_s is not None)


class Evidence:
    """Breaches of dossiers with what shows them; `ask` is called once the answers are in."""

    def __init__(
        self,
        store: Store,
        norms: Norms,
        words: Mapping[str, Words],
        spans: int,
        explain: Explain,
        account: Account,
        papers: Papers,
    ) -> None:
        self._store, self._norms, self._words = store, norms, words
        self._explain, self._account, self._papers = explain, account, papers
        epoch = from_civil(norms.world.calendar, 0)

        @lru_cache(maxsize=_MOMENTS)
        def moment(civil: int | None) -> dt.datetime | None:
            return None if civil is None else epoch + dt.timedelta(seconds=civil)

        self._moment = moment
        self._limits: dict[tuple[int, int], tuple[Limit | None, int]] = {}
        self._questions: Sequence[Question] = ()
        self._steps: Sequence[str] = ()
        self._select = f"""
            SELECT f.question, d.edition, f.unit, f.step, d.dossier, d.dossier_id, e.start_s, e.finish_s,
                {used(spans, "x", "y")}, n.step, d.received_s, d.due_s, d.end_s, d.appointed_s,
                e.actor, e.role, c.document, coalesce(e.row, d.row), e.row IS NULL AND d.has_row,
                f.position, d.overdue
            FROM %s AS f
            JOIN shown_dossier AS d USING (dossier)
            LEFT JOIN shown_event AS e ON e.event = f.event
            LEFT JOIN paper AS c ON c.row = e.row
            LEFT JOIN norm AS n ON n.edition = d.edition AND n.act = e.act
            LEFT JOIN day AS x ON x.day = e.start_s // {DAY}
            LEFT JOIN day AS y ON y.day = e.finish_s // {DAY}
        """

    def ask(self, questions: Sequence[Question], steps: Sequence[str]) -> None:
        """Keep the words of what was asked; makes `rank_question`, `rank_procedure` and `paper`."""
        self._papers.gather("paper", "SELECT row FROM shown_event")
        self._questions, self._steps = questions, steps
        asked = [f"{one.code} {one.requirement}" for one in questions]
        for name, words in (("question", asked), ("procedure", list(self._norms.keys))):
            order = {word: rank for rank, word in enumerate(sorted(set(words)))}
            self._store.put(
                f"rank_{name}", integers([(n, order[word]) for n, word in enumerate(words)], "n", "rank")
            )

    def exhibits(self) -> dict[Where, tuple[Exhibit, ...]]:
        """The first dossiers by id of every finding; the first of all says how its due date came about."""
        first = f"""(
            SELECT * FROM (
                SELECT g.*, row_number() OVER (
                    PARTITION BY question, version, unit, step ORDER BY dossier) AS place
                FROM (
                    SELECT b.question, d.edition // {self._norms.eras} AS version, b.unit, b.step, b.dossier,
                        min(b.event) AS event, min(b.position) AS position
                    FROM failure AS b JOIN shown_dossier AS d USING (dossier) GROUP BY ALL
                ) AS g
            )
            WHERE place <= {SHOWN}
        )"""
        found: dict[Where, list[_Breach]] = {}
        rows = self._store.run(
            self._select % first + "ORDER BY f.question, f.version, f.unit, f.step, f.dossier"
        )
        for _, alike in groupby(rows, itemgetter(*range(_PLACE))):
            breaches = list(map(_Breach._make, alike))
            found.setdefault(self._where(breaches[0]), []).extend(breaches)
        firsts = {breaches[0].dossier for breaches in found.values() if breaches[0].is_about_time}
        said = self._explain.dues(firsts)
        return {
            where: tuple(
                Exhibit(breach.dossier_id, self._facts(breach, None if n else said.get(breach.dossier)))
                for n, breach in enumerate(breaches)
            )
            for where, breaches in sorted(found.items())
        }

    def write(self, path: Path) -> None:
        """Write every breach as CSV that spreadsheets open as it is; the name appears when all is written."""
        with whole_file(path) as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(COLUMNS)
            if not self._questions:
                return
            batches = self._store.batches(
                f"""{self._select % "failure"}
                JOIN rank_question AS q ON q.n = f.question
                JOIN rank_procedure AS p ON p.n = d.edition // {self._norms.eras}
                ORDER BY q.rank, p.rank, f.unit NULLS FIRST, f.step, d.dossier, f.event NULLS FIRST,
                    f.position NULLS FIRST, f.question
                """,
                _BATCH,
            )
            for rows in batches:
                writer.writerows([self._line(_Breach(*row)) for row in rows])

    def _where(self, breach: _Breach) -> Where:
        return (
            breach.question,
            self._procedure(breach).key,
            self._words["unit"].say(breach.unit),
            self._steps[breach.step],
        )

    def _procedure(self, breach: _Breach) -> Procedure:
        return self._norms.edition(breach.edition).procedure

    def _facts(self, breach: _Breach, derivation: Text | None) -> dict[str, object]:
        """What shows a breach, the most telling first; what the log does not say is left out."""
        if breach.event_step is None:
            facts: dict[str, object] = {
                "received_at": self._moment(breach.received_s),
                "due_at": self._moment(breach.due_s),
                "finished_at": self._moment(breach.end_s),
                "late_seconds": self._explain.late_seconds(breach.due_s, breach.end_s)
                if breach.overdue == 1
                else None,
                "appointed_at": self._moment(breach.appointed_s),
                "derivation": derivation,
                "in_register": self._account.seconds.said(
                    breach.dossier_id, self._questions[breach.question].variant
                ),
            }
        else:
            limit, seconds = self._limit(breach)
            is_over = limit is not None and breach.used is not None and breach.used > seconds
            facts = {
                "step": self._norms.steps[breach.event_step] if not self._steps[breach.step] else None,
                "started_at": self._moment(breach.start_s),
                "finished_at": self._moment(breach.finish_s),
                "used_seconds": breach.used if is_over else None,
                "limit": limit if is_over else None,
                "actor": self._words["actor"].say(breach.actor) or None,
                "role": self._words["role"].say(breach.role) or None,
                "document": breach.document,
                "due_at": self._moment(breach.due_s),
                "received_at": self._moment(breach.received_s),
                "position": breach.position,
            }
        return {name: value for name, value in facts.items() if value is not None}

    def _limit(self, breach: _Breach) -> tuple[Limit | None, int]:
        """The limit in working time of the step at which the breach happened, and its seconds."""
        key = (breach.edition, breach.event_step or 0)
        if key not in self._limits:
            step = self._procedure(breach).by_id.get(self._norms.steps[key[1]])
            limit = step.limit if step is not None else None
            seconds = limit.working_seconds if limit is not None else None
            self._limits[key] = (limit, seconds) if seconds else (None, 0)
        return self._limits[key]

    def _line(self, breach: _Breach) -> list[object]:
        asked = self._questions[breach.question]
        own_step = self._norms.steps[breach.event_step] if breach.event_step is not None else ""
        _, limit = self._limit(breach) if breach.event_step is not None else (None, 0)
        lines = self._account.dossier_lines if breach.is_dossier_row else self._account.event_lines
        occurred = breach.start_s if breach.finish_s is None else breach.finish_s
        return [
            asked.code,
            asked.requirement,
            asked.variant,
            self._procedure(breach).key,
            cell(self._words["unit"].say(breach.unit)),
            self._steps[breach.step] or own_step,
            cell(breach.dossier_id),
            _said(occurred),
            _said(breach.start_s),
            _hours(breach.used),
            _hours(limit or None),
            _said(breach.received_s),
            _said(breach.due_s),
            _said(breach.end_s),
            cell(self._words["actor"].say(breach.actor)),
            cell(self._words["role"].say(breach.role)),
            cell(breach.document),
            lines.of(breach.row),
        ]


def _said(civil: int | None) -> str:
    """A moment as spreadsheets read it, on the wall clock of the office."""
    if civil is None:
        return ""
    day, second = divmod(civil, DAY)
    return f"{date_of(day)} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _hours(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds / 3600:.2f}"
