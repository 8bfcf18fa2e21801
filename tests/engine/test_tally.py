"""What is counted, shown and written is what a plain auditor finds dossier by dossier."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.engine.duck import LARGE, DuckEngine
from iso_audit.engine.evidence import COLUMNS, SHOWN
from iso_audit.engine.held import HeldLog
from iso_audit.engine.passes import AT_ONCE
from iso_audit.engine.protocol import Counted, Question
from iso_audit.model.log import Judgement, LogMapping, TableMapping, World
from iso_audit.model.trace import YES
from tests.engine.logs import ORGANISATION, PARAMETERS, PROCEDURES, calendar, logs
from tests.engine.plain import Dossier, Event, PlainAudit

QUESTIONS = (
    Question("TIM-02", "step-time", "r1"), Question("PRC-03", "performer", "r2"),
    Question("TIM-01", "on-time", "r3"),
    Question("PRC-02", "order", "r4"), Question("PRC-01", "mandatory-step", "r5"),
)  # fmt: skip
READS = frozenset({"overdue", "late"})


def judged(held: HeldLog) -> tuple[list[Judgement], list[Judgement], list[Judgement]]:
    """Answers to five invented questions: on events, on dossiers, on traces with and without a place."""
    on_events = []
    for kind in held.event_kinds():
        for question, fact in enumerate(("late", "wrong_role")):
            said = kind.facts[fact]
            grade = ("observation", "major")[kind.step == "check"] if said == YES else ""
            counts = (int(said < 2), int(said == YES), int(said == 2))
            on_events.append(Judgement(kind.id, question, kind.step, *counts, "no-fact", grade))
    on_dossiers = []
    for kind in held.dossier_kinds():
        said = kind.facts["overdue"]
        counts = (int(said < 2), int(said == YES), int(said == 2))
        on_dossiers.append(Judgement(kind.id, 2, "", *counts, "no-due-date", "minor" if said == YES else ""))
    on_traces = []
    for trace in held.traces(READS):
        on_traces.append(Judgement(trace.id, 3, "", len(trace.symbols), 0, 0))
        for position, (before, step) in enumerate(zip(trace.steps, trace.steps[1:], strict=False), start=1):
            if before == step:
                on_traces.append(Judgement(trace.id, 3, step, 0, 1, 0, "", "minor", position))
        failed = int("sign" not in trace.steps)
        on_traces.append(Judgement(trace.id, 4, "sign", 1, failed, 0, "", "minor" if failed else ""))
    return on_events, on_dossiers, on_traces


Place = tuple[int, str, str, str, str, str]


class PlainTally:
    """The same five questions, asked of every event and dossier."""

    def __init__(self, plain: PlainAudit) -> None:
        self.counts: dict[Place, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.failures: list[tuple[Place, Dossier, Event | None]] = []
        for dossier in plain.judged:
            for event in dossier.events:
                unit = dossier.unit if (dossier.row or {}).get("unit") else event.unit or dossier.unit
                for question, fact in enumerate(("late", "wrong_role")):
                    self._say(question, dossier, unit, event.step, event.facts[fact], event)
            self._say(2, dossier, dossier.unit, "", dossier.facts["overdue"], None)
            steps = [event.step for event in dossier.events]
            self.counts[self._place(3, dossier, dossier.unit, "")][0] += len(steps)
            for at in range(1, len(steps)):
                if steps[at] == steps[at - 1]:
                    self._fail(3, dossier, dossier.unit, steps[at], dossier.events[at])
            place = self._place(4, dossier, dossier.unit, "sign")
            self.counts[place][0] += 1
            if "sign" not in steps:
                self._fail(4, dossier, dossier.unit, "sign", None)

    def _place(self, question: int, dossier: Dossier, unit: str, step: str) -> Place:
        assert dossier.procedure is not None
        channel = str((dossier.row or {}).get("channel") or "")
        return question, dossier.procedure.key, unit, step, dossier.month, channel

    def _fail(self, question: int, dossier: Dossier, unit: str, step: str, event: Event | None) -> None:
        place = self._place(question, dossier, unit, step)
        self.counts[place][1] += 1
        self.failures.append((place, dossier, event))

    def _say(
        self, question: int, dossier: Dossier, unit: str, step: str, fact: int, event: Event | None
    ) -> None:
        place = self._place(question, dossier, unit, step)
        self.counts[place][0] += fact < 2
        self.counts[place][2] += fact == 2
        if fact == YES:
            self._fail(question, dossier, unit, step, event)


def counts_of(counted: Counted) -> dict[Place, list[int]]:
    asked = {question[:3]: index for index, question in enumerate(QUESTIONS)}
    return {(asked[row[:3]], *row[3:8]): [row.checked, row.failed, row.open] for row in counted.tallies}


def compare(held: HeldLog, plain: PlainAudit, folder: Path) -> Counted:
    """Everything that is counted of a log, against the plain tally."""
    expected = PlainTally(plain)
    counted = held.tally(QUESTIONS, *judged(held))
    assert counts_of(counted) == dict(expected.counts)
    assert list(counted.tallies) == sorted(counted.tallies)
    summed: dict[tuple[int, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for place, (checked, failed, _) in expected.counts.items():
        summed[place[:4]] = [a + b for a, b in zip(summed[place[:4]], (checked, failed), strict=True)]
    assert {where: [one.checked, one.failed] for where, one in counted.sums.items()} == summed
    undecided: Counter[tuple[int, str, str]] = Counter()
    for (question, procedure, _, step, *_), (_, _, left_open) in expected.counts.items():
        undecided[question, procedure, step] += left_open
    left = {(q, p, s): n for (q, p, s, _), n in counted.open_counts.items()}
    assert left == {place: n for place, n in undecided.items() if n}
    shown: dict[tuple[int, str, str, str], list[str]] = defaultdict(list)
    for place, dossier, _ in sorted(expected.failures, key=lambda failure: failure[1].id):
        if dossier.id not in shown[place[:4]]:
            shown[place[:4]].append(dossier.id)
    assert {where: [e.dossier for e in some] for where, some in counted.exhibits.items()} == {
        where: some[:SHOWN] for where, some in shown.items()
    }
    held.write_evidence(folder / "evidence.csv")
    with (folder / "evidence.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lines = Counter(
        (QUESTIONS[place[0]].code, QUESTIONS[place[0]].requirement, place[1], place[2],
         place[3] or (event.step if event else ""), dossier.id, str(event.row) if event else None)
        for place, dossier, event in expected.failures
    )  # fmt: skip
    assert lines == Counter(
        (r["code"], r["requirement"], r["procedure"], r["unit"], r["step"], r["dossier_id"],
         r["source_row"] if r["code"] in ("TIM-02", "PRC-03", "PRC-02") else None)
        for r in rows
    )  # fmt: skip
    return counted


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs(), st.sampled_from((AT_ONCE, 1, 2)))
def test_tallies_exhibits_and_evidence_are_those_of_a_plain_auditor(log, at_once):
    plain = PlainAudit(log.events, log.dossiers, log.mapping, log.world)
    if plain.is_refused or not plain.judged:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with DuckEngine(at_once=at_once).take_in(log.write(folder), log.mapping, log.world) as held:
            compare(held, plain, folder)
            units = Counter((d.procedure.key, d.unit) for d in plain.judged)
            assert held.unit_dossiers() == dict(units)


# ---- the sample log of the generator, and what must not matter

SAMPLE = LogMapping(
    "sample",
    TableMapping({
        name: name
        for name in (
            "dossier_id", "procedure", "unit", "step", "actor", "role", "started_at", "finished_at",
            "document", "reason",
        )
    }),
    steps={
        "tiep_nhan": "receive", "kiem_tra": "check", "ky_duyet": "sign", "tham_dinh": "appraise",
        "xin_loi": "sorry",
    },
    roles={
        "mot_cua": "desk", "chuyen_vien": "expert", "truong_phong": "head", "lanh_dao": "chief",
        "van_thu": "clerk",
    },
    procedures={"9.000001": "copy", "9.000002": "permit", "9.000003": "permit", "9.000004": "permit"},
)  # fmt: skip


def sample_world() -> World:
    return World(PROCEDURES, ORGANISATION, calendar("Asia/Ho_Chi_Minh"), (), PARAMETERS, None)


def test_the_sample_log_is_counted_as_a_plain_auditor_counts_it(data, tmp_path):
    path = data / "tools/sample_1000/events.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    plain = PlainAudit(rows, None, SAMPLE, sample_world())
    with DuckEngine().take_in(path, SAMPLE, sample_world()) as held:
        assert held.intake.events_kept == len(rows) == 9326
        assert held.intake.dossiers_kept == len(plain.dossiers) == 1000
        compare(held, plain, tmp_path)


@pytest.fixture
def shuffled(data, tmp_path):
    """The sample log, and the same rows in another order."""
    path = data / "tools/sample_1000/events.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    mixed = sorted(rows, key=lambda row: row[::-1])
    assert mixed != rows
    (tmp_path / "events.csv").write_text("\n".join([head, *mixed]) + "\n", encoding="utf-8")
    return path, tmp_path / "events.csv"


def test_neither_threads_nor_parts_nor_the_order_of_rows_change_a_count_or_a_byte_of_evidence(
    shuffled, tmp_path, monkeypatch
):
    whole, mixed = shuffled
    said = []
    runs = [(whole, 1, AT_ONCE), (whole, 4, AT_ONCE), (mixed, 2, AT_ONCE), (whole, 2, 250), (mixed, 1, 90)]
    for number, (path, threads, at_once) in enumerate(runs):
        monkeypatch.setattr("iso_audit.engine.store._ROWS", 1 << 15 if number != 1 else 500)
        monkeypatch.setattr("iso_audit.engine.duck.LARGE", 0 if number > 2 else LARGE)
        engine = DuckEngine(threads=threads, at_once=at_once)
        with engine.take_in(path, SAMPLE, sample_world()) as held:
            kinds = (held.event_kinds(), held.dossier_kinds(), tuple(held.traces(READS)))
            counted = held.tally(QUESTIONS, *judged(held))
            target = tmp_path / f"evidence-{number}.csv"
            held.write_evidence(target)
            said.append(
                (kinds, counted.tallies, counted.sums, counted.exhibits, held.measures(), target.read_bytes())
            )
    assert said[0] == said[1] == said[3]
    assert said[0][:5] == said[2][:5]
    assert said[2] == said[4]
    first, other = ([line.rpartition(b",")[0] for line in one[5].splitlines()] for one in (said[0], said[2]))
    assert first == other


def test_progress_tells_the_parts_that_are_done(shuffled):
    told = []
    engine = DuckEngine(at_once=300)
    with engine.take_in(shuffled[0], SAMPLE, sample_world(), lambda *said: told.append(said)):
        assert [said[1:] for said in told if said[0] == "work_out"] == [(0, 4), (1, 4), (2, 4), (3, 4)]
        assert list(dict.fromkeys(said[0] for said in told)) == ["read_log", "order_log", "work_out"]


def test_what_does_not_fit_in_memory_goes_to_the_disk(data, tmp_path):
    """A thousand dossiers thirty times over, in less memory than their tables take."""
    path = data / "tools/sample_1000/events.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    log = tmp_path / "log.csv"
    with log.open("w", encoding="utf-8") as stream:
        stream.write(head + "\n")
        for copy in range(30):
            stream.writelines(f"{copy}{row}\n" for row in rows)
    said = []
    for engine in (DuckEngine(), DuckEngine(memory=500, at_once=1_000)):
        with engine.take_in(log, SAMPLE, sample_world()) as held:
            kinds = (held.event_kinds(), held.dossier_kinds(), tuple(held.traces(READS)))
            said.append((kinds, held.tally(QUESTIONS, *judged(held)), held.measures()))
    assert said[0] == said[1]


def test_counts_need_not_be_asked_for_in_any_order(shuffled, tmp_path):
    with DuckEngine().take_in(shuffled[0], SAMPLE, sample_world()) as held:
        held.write_evidence(tmp_path / "before.csv")
        assert held.tally(QUESTIONS, (), (), ()).tallies == ()
        whole = [Judgement(0, 0, "", 1, 0, 0)]
        counted = held.tally(QUESTIONS[:1], (), whole, ())
        assert sum(row.checked for row in counted.tallies) == held.dossier_kinds()[0].count
    assert len((tmp_path / "before.csv").read_text(encoding="utf-8-sig").splitlines()) == 1


def test_evidence_is_written_whole_or_not_at_all(shuffled, tmp_path):
    target = tmp_path / "evidence.csv"
    target.write_text("as before", encoding="utf-8")
    with DuckEngine().take_in(shuffled[0], SAMPLE, sample_world()) as held:
        held.tally(QUESTIONS, *judged(held))
        held._store.run("DROP TABLE rank_question")
        with pytest.raises(Exception, match="rank_question"):
            held.write_evidence(target)
    assert target.read_text(encoding="utf-8") == "as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.csv", "evidence.csv"]


def test_a_cell_that_would_start_a_formula_is_marked_as_text(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "dossier_id,step,role,actor,started_at,finished_at\n"
        "=cmd(),receive,citizen,@x,2024-04-01 08:00:00,2024-04-01 16:00:00\n",
        encoding="utf-8",
    )
    names = ("dossier_id", "step", "role", "actor", "started_at", "finished_at")
    mapping = LogMapping("formula", TableMapping({name: name for name in names}), procedure="permit")
    with DuckEngine().take_in(log, mapping, sample_world()) as held:
        held.tally(QUESTIONS, *judged(held))
        held.write_evidence(tmp_path / "evidence.csv")
    with (tmp_path / "evidence.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0].keys() == set(COLUMNS)
    assert {row["dossier_id"] for row in rows} == {"'=cmd()"}
    assert {row["actor"] for row in rows if row["code"] == "TIM-02"} == {"'@x"}
