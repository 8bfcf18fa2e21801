"""Joins answers back to dossiers: counts by question, procedure, unit, step, month of receipt and channel.

Tables made here: `verdict` (one row an answer: `said` tells whom it is about and which of the
`different` was said), `subject_count` (how often each thing that was asked occurs where), `summed` (what
the answers amount to there), `failure` (one row a dossier and breach, with the event it happened at,
where there is one) and `shown_event` and `shown_dossier` (those events, and whose they are).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import numpy as np

from iso_audit.engine.evidence import Evidence
from iso_audit.engine.handling import MONTHS, Handling
from iso_audit.engine.norms import Norms
from iso_audit.engine.passes import Parts
from iso_audit.engine.protocol import Counted, Question, Sum, Where
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.finding import Grade, Tally
from iso_audit.model.judgements import Judgements
from iso_audit.model.log import Judgement

_EVENT, _DOSSIER, _TRACE = range(3)
_GRADES = [grade.value for grade in Grade]
_NO_GRADE = len(_GRADES)
"""The number of a breach without a grade of its own; it yields to every other."""
_GRADE_CODES = {grade: code for code, grade in enumerate([*_GRADES, ""])}


class Answers:
    """Answers of one audit as a table, with words as numbers."""

    def __init__(
        self,
        on_events: Iterable[Judgement],
        on_dossiers: Iterable[Judgement],
        on_traces: Iterable[Judgement],
    ) -> None:
        said = {_EVENT: on_events, _DOSSIER: on_dossiers, _TRACE: on_traces}
        self._asked = {
            kind: rows if isinstance(rows, Judgements) else Judgements(rows) for kind, rows in said.items()
        }
        self._different = [said for answers in self._asked.values() for said in answers.different]
        self.steps = sorted({said.step for said in self._different})
        self.reasons = sorted({said.reason for said in self._different})

    def store(self, store: Store) -> None:
        """Make `verdict`; there may be dozens of rows for every dossier, and few that say something new."""
        steps = {step: n for n, step in enumerate(self.steps)}
        reasons = {reason: n for n, reason in enumerate(self.reasons)}
        different, asked = self._different, self._asked.values()
        graded = [_GRADE_CODES[said.grade] if said.failed else None for said in different]
        store.put(
            "different",
            {
                "number": ("INTEGER", range(len(different))),
                "question": ("INTEGER", [said.question for said in different]),
                "step": ("INTEGER", [steps[said.step] for said in different]),
                "checked": ("BIGINT", [said.checked for said in different]),
                "failed": ("BIGINT", [said.failed for said in different]),
                "undecided": ("BIGINT", [said.open for said in different]),
                "reason": ("INTEGER", [reasons[said.reason] for said in different]),
                "grade": ("INTEGER", graded),
                "position": ("BIGINT", [said.position for said in different]),
            },
        )
        before = accumulate((len(answers.different) for answers in asked), initial=0)
        numbers = [np.array(each.said, np.int32) + first for each, first in zip(asked, before, strict=False)]
        subjects = [np.repeat(np.array(each.subjects, np.int32), each.rows) for each in asked]
        kinds = np.array(list(self._asked), np.int32)
        store.put(
            "said",
            {
                "kind": ("INTEGER", np.repeat(kinds, [len(each) for each in asked])),
                "subject": ("INTEGER", np.concatenate(subjects)),
                "number": ("INTEGER", np.concatenate(numbers)),
            },
        )
        store.run("CREATE OR REPLACE VIEW verdict AS SELECT * FROM said JOIN different USING (number)")


def tally(
    store: Store,
    norms: Norms,
    parts: Parts,
    units: Words,
    handling: Handling,
    questions: Sequence[Question],
    answers: Answers,
    evidence: Evidence,
) -> Counted:
    """Count the answers of every dossier; makes `failure` and fills `evidence`."""
    answers.store(store)
    store.drop("subject_count")
    store.drop("failure")
    store.drop("shown_event")
    store.drop("shown_dossier")
    for _ in parts.each("dossier", "judged", "event", "id"):
        _count_subjects(store)
        _add_failures(store)
    store.drop("failure_here")
    evidence.ask(questions, answers.steps)
    _sum_up(store, norms)
    return Counted(
        _tallies(store, norms, units, handling, questions, answers),
        _sums(store, norms, units, answers),
        evidence.exhibits(),
        _open(store, norms, answers),
    )


def _sum_up(store: Store, norms: Norms) -> None:
    """Make `summed`: the sums of all answers, by question, version, unit, step and slot."""
    store.run(
        f"""
        CREATE OR REPLACE TABLE summed AS
        SELECT v.question, s.edition // {norms.eras} AS version, coalesce(s.unit, -1) AS unit, v.step, s.slot,
            sum(v.checked * s.times) AS checked, sum(v.failed * s.times) AS failed,
            sum(v.undecided * s.times) AS undecided, coalesce(min(v.grade), {_NO_GRADE}) AS grade
        FROM verdict AS v JOIN subject_count AS s USING (kind, subject)
        GROUP BY ALL
        """
    )


def _tallies(
    store: Store, norms: Norms, units: Words, handling: Handling, questions: Sequence[Question],
    answers: Answers,
) -> tuple[Tally, ...]:  # fmt: skip
    """Tallies in order; there may be a hundred thousand, so little is done for each."""
    rows = store.arrays(
        f"""
        SELECT min(s.question) AS question, s.version, s.unit, s.step, s.slot,
            CAST(sum(s.checked) AS BIGINT) AS checked, CAST(sum(s.failed) AS BIGINT) AS failed,
            CAST(sum(s.undecided) AS BIGINT) AS undecided
        FROM summed AS s
        JOIN rank_question AS q ON q.n = s.question JOIN rank_procedure AS p ON p.n = s.version
        GROUP BY q.rank, p.rank, s.version, s.unit, s.step, s.slot
        ORDER BY q.rank, p.rank, s.unit, s.step, s.slot % {MONTHS}, s.slot
        """
    )
    slots = {slot: handling.slot(slot) for slot in np.unique(rows["slot"]).tolist()}
    said: tuple[tuple[str, Mapping[int, str] | Sequence[str]], ...] = (
        ("question", [one.code for one in questions]),
        ("question", [one.rule for one in questions]),
        ("question", [one.requirement for one in questions]),
        ("version", norms.keys),
        ("unit", [*units.meaning, ""]),
        ("step", answers.steps),
        ("slot", {slot: month for slot, (_, month) in slots.items()}),
        ("slot", {slot: channel for slot, (channel, _) in slots.items()}),
    )
    columns = {name: values.tolist() for name, values in rows.items()}
    words = (map(meant.__getitem__, columns[name]) for name, meant in said)
    counts = (columns[name] for name in ("checked", "failed", "undecided"))
    return tuple(map(Tally._make, zip(*words, *counts, strict=True)))


def _sums(store: Store, norms: Norms, units: Words, answers: Answers) -> dict[Where, Sum]:
    """What the answers amount to at each place, over all months and channels."""
    rows = store.run(
        """
        SELECT question, version, unit, step, CAST(sum(checked) AS BIGINT), CAST(sum(failed) AS BIGINT),
            min(grade)
        FROM summed GROUP BY question, version, unit, step
        """
    )
    graded = [*_GRADES, ""]
    return {
        (question, norms.keys[version], units.say(unit), answers.steps[step]): Sum(
            checked, failed, graded[grade]
        )
        for question, version, unit, step, checked, failed, grade in rows
    }


def _count_subjects(store: Store) -> None:
    """How often each kind and trace occurs in one part, by edition, unit, month of receipt and channel."""
    store.add(
        "subject_count",
        f"""
        SELECT {_EVENT} AS kind, k.id AS subject, d.edition, j.unit, d.slot, count(*) AS times
        FROM judged_here AS j JOIN event_kind AS k USING (key) JOIN dossier_here AS d USING (dossier)
        GROUP BY ALL
        UNION ALL
        SELECT {_DOSSIER}, k.id, d.edition, d.unit, d.slot, count(*)
        FROM dossier_kind AS k JOIN dossier_here AS d USING (dossier) GROUP BY ALL
        UNION ALL
        SELECT {_TRACE}, k.id, d.edition, d.unit, d.slot, count(*)
        FROM trace_of AS k JOIN dossier_here AS d USING (dossier) GROUP BY ALL
        """,
    )


def _open(store: Store, norms: Norms, answers: Answers) -> dict[tuple[int, str, str, str], int]:
    """How many answers were left open, and why."""
    rows = store.run(
        f"""
        SELECT v.question, s.edition // {norms.eras} AS version, v.step, v.reason,
            CAST(sum(v.undecided * s.times) AS BIGINT)
        FROM verdict AS v JOIN subject_count AS s USING (kind, subject)
        WHERE v.undecided > 0 GROUP BY v.question, version, v.step, v.reason
        """
    )
    return dict(
        sorted(
            ((question, norms.keys[version], answers.steps[step], answers.reasons[reason]), count)
            for question, version, step, reason, count in rows
        )
    )


def _add_failures(store: Store) -> None:
    """Breaches of the dossiers of one part, each with the event that shows it: its own or the one there.

    Those events and dossiers are put aside: to find them in the whole log again would take tables as large
    as the log.
    """
    store.run(
        f"""
        CREATE OR REPLACE TABLE failure_here AS
        SELECT v.question, v.step, v.position, j.dossier, j.event, j.unit
        FROM verdict AS v JOIN event_kind AS k ON k.id = v.subject JOIN judged_here AS j ON j.key = k.key
        WHERE v.kind = {_EVENT} AND v.failed > 0
        UNION ALL
        SELECT v.question, v.step, v.position, k.dossier, NULL, d.unit
        FROM verdict AS v JOIN dossier_kind AS k ON k.id = v.subject JOIN dossier_here AS d USING (dossier)
        WHERE v.kind = {_DOSSIER} AND v.failed > 0
        UNION ALL
        SELECT v.question, v.step, v.position, k.dossier, d.first_event + v.position, d.unit
        FROM verdict AS v JOIN trace_of AS k ON k.id = v.subject JOIN dossier_here AS d USING (dossier)
        WHERE v.kind = {_TRACE} AND v.failed > 0
        """
    )
    store.add("failure", "SELECT * FROM failure_here")
    store.add("shown_event", "SELECT * FROM event_here WHERE event IN (SELECT event FROM failure_here)")
    store.add(
        "shown_dossier",
        "SELECT * FROM dossier_here JOIN id_here USING (dossier) "
        "WHERE dossier IN (SELECT dossier FROM failure_here)",
    )
