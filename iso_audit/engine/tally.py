"""Joins answers back to dossiers: counts by question, procedure, unit, step and month of receipt.

Tables made here: `verdict` (one row an answer) and `failure` (one row a dossier and breach, with
the event it happened at, where there is one).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iso_audit.engine.evidence import Evidence
from iso_audit.engine.measures import MONTH
from iso_audit.engine.norms import Norms
from iso_audit.engine.protocol import Count, Counted, Question
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.finding import Grade
from iso_audit.model.log import Judgement

_EVENT, _DOSSIER, _TRACE = range(3)
_GRADES = [grade.value for grade in Grade]
_NO_GRADE = len(_GRADES)
"""The number of a breach without a grade of its own; it yields to every other."""


class Answers:
    """Answers of one audit as a table, with words as numbers."""

    def __init__(
        self,
        on_events: Iterable[Judgement],
        on_dossiers: Iterable[Judgement],
        on_traces: Iterable[Judgement],
    ) -> None:
        self.steps: list[str] = []
        self.reasons: list[str] = []
        self._step_of: dict[str, int] = {}
        self._reason_of: dict[str, int] = {}
        self._rows = [
            (kind, said)
            for kind, answers in enumerate((on_events, on_dossiers, on_traces))
            for said in answers
        ]

    def store(self, store: Store) -> None:
        """Make `verdict`."""
        said = [judgement for _, judgement in self._rows]
        columns: dict[str, tuple[str, Sequence[object]]] = {
            "kind": ("INTEGER", [kind for kind, _ in self._rows]),
            "subject": ("BIGINT", [one.subject for one in said]),
            "question": ("INTEGER", [one.question for one in said]),
            "step": ("INTEGER", [_number(one.step, self._step_of, self.steps) for one in said]),
            "checked": ("BIGINT", [one.checked for one in said]),
            "failed": ("BIGINT", [one.failed for one in said]),
            "undecided": ("BIGINT", [one.open for one in said]),
            "reason": ("INTEGER", [_number(one.reason, self._reason_of, self.reasons) for one in said]),
            "grade": ("INTEGER", [_grade(one) for one in said]),
            "position": ("BIGINT", [one.position for one in said]),
        }
        store.put("verdict", columns)


def _number(word: str, known: dict[str, int], words: list[str]) -> int:
    if word not in known:
        known[word] = len(words)
        words.append(word)
    return known[word]


def _grade(said: Judgement) -> int | None:
    if not said.failed:
        return None
    return _GRADES.index(said.grade) if said.grade else _NO_GRADE


def tally(
    store: Store,
    norms: Norms,
    units: Words,
    questions: Sequence[Question],
    answers: Answers,
    evidence: Evidence,
) -> Counted:
    """Count the answers of every dossier; makes `failure` and fills `evidence`."""
    answers.store(store)
    month = MONTH.format(day="d.day")
    store.run(
        "CREATE OR REPLACE TEMP TABLE subject_count AS "
        f"SELECT {_EVENT} AS kind, k.id AS subject, d.edition, j.unit, {month} AS month, count(*) AS times "
        "FROM judged AS j JOIN event_kind AS k USING (key) JOIN dossier AS d USING (dossier) GROUP BY ALL "
        f"UNION ALL SELECT {_DOSSIER}, k.id, d.edition, d.unit, {month}, count(*) "
        "FROM dossier_kind AS k JOIN dossier AS d USING (dossier) GROUP BY ALL "
        f"UNION ALL SELECT {_TRACE}, k.id, d.edition, d.unit, {month}, count(*) "
        "FROM trace_of AS k JOIN dossier AS d USING (dossier) GROUP BY ALL"
    )
    evidence.ask(questions, answers.steps)
    procedures = [procedure.key for procedure in norms.world.procedures]
    rows = store.run(
        "SELECT c.* FROM (SELECT v.question, "
        f"s.edition // {norms.eras} AS version, s.unit, v.step, s.month, CAST(sum(v.checked * s.times) AS BIGINT), "
        "CAST(sum(v.failed * s.times) AS BIGINT), CAST(sum(v.undecided * s.times) AS BIGINT), min(v.grade) "
        "FROM verdict AS v JOIN subject_count AS s USING (kind, subject) GROUP BY ALL) AS c "
        "JOIN rank_procedure AS p ON p.number = c.version JOIN rank_step AS r ON r.number = c.step "
        "ORDER BY c.question, p.rank, c.unit NULLS FIRST, r.rank, c.month"
    )
    unit_of = {code: units.say(code) for code in (None, *range(len(units.meaning)))}
    grade_of = {None: "", _NO_GRADE: "", **dict(enumerate(_GRADES))}
    steps = answers.steps
    counts = tuple([
        Count(question, procedures[version], unit_of[unit], steps[step], month, checked, failed, undecided, grade_of[grade])
        for question, version, unit, step, month, checked, failed, undecided, grade in rows
    ])  # fmt: skip
    _make_failures(store)
    return Counted(counts, evidence.exhibits(), _open(store, norms, answers, procedures))


def _open(
    store: Store, norms: Norms, answers: Answers, procedures: Sequence[str]
) -> dict[tuple[int, str, str, str], int]:
    rows = store.run(
        f"SELECT v.question, s.edition // {norms.eras} AS version, v.step, v.reason, "
        "CAST(sum(v.undecided * s.times) AS BIGINT) FROM verdict AS v JOIN subject_count AS s "
        "USING (kind, subject) WHERE v.undecided > 0 GROUP BY ALL"
    )
    found: dict[tuple[int, str, str, str], int] = {}
    for question, version, step, reason, count in rows:
        key = (question, procedures[version], answers.steps[step], answers.reasons[reason])  # type: ignore[index]
        found[key] = found.get(key, 0) + int(str(count))  # type: ignore[index]
    return dict(sorted(found.items()))


def _make_failures(store: Store) -> None:
    """Every breach of every dossier, with the event that shows it: its own, or that at its position."""
    chosen = "v.question, v.step, v.position"
    store.run(
        "CREATE OR REPLACE TEMP TABLE failure AS "
        f"SELECT {chosen}, j.dossier, j.event, j.unit FROM verdict AS v JOIN event_kind AS k ON k.id = v.subject "
        f"JOIN judged AS j ON j.key = k.key WHERE v.kind = {_EVENT} AND v.failed > 0 "
        f"UNION ALL SELECT {chosen}, k.dossier, NULL, d.unit FROM verdict AS v "
        f"JOIN dossier_kind AS k ON k.id = v.subject JOIN dossier AS d USING (dossier) "
        f"WHERE v.kind = {_DOSSIER} AND v.failed > 0 "
        f"UNION ALL SELECT {chosen}, k.dossier, d.first_event + v.position, d.unit FROM verdict AS v "
        f"JOIN trace_of AS k ON k.id = v.subject JOIN dossier AS d USING (dossier) "
        f"WHERE v.kind = {_TRACE} AND v.failed > 0"
    )
