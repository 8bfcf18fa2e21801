"""A log in tables: worked out when it is taken in, and asked about as often as need be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from iso_audit.analysis.worktime import WorkTable
from iso_audit.engine.agreement import Agreement, make_registered
from iso_audit.engine.asked import store_demands
from iso_audit.engine.base import add_base, put_versions
from iso_audit.engine.codes import read_codes
from iso_audit.engine.courses import Courses, courses
from iso_audit.engine.demands import make_demanded
from iso_audit.engine.editions import DAYS
from iso_audit.engine.evidence import Evidence
from iso_audit.engine.executions import Asked
from iso_audit.engine.explain import Explain
from iso_audit.engine.facts import make_bands, make_days
from iso_audit.engine.handling import Handling
from iso_audit.engine.intake import Account, column_account
from iso_audit.engine.kinds import Kinds
from iso_audit.engine.measures import measures, unit_dossiers
from iso_audit.engine.norms import Norms
from iso_audit.engine.papers import Papers
from iso_audit.engine.passes import Parts, drop_scratch
from iso_audit.engine.protocol import Counted, Progress, Question, Traces
from iso_audit.engine.refusals import refusal
from iso_audit.engine.signs import make_signs, settle_at_limit
from iso_audit.engine.store import Store
from iso_audit.engine.story import Stories
from iso_audit.engine.tables import Read
from iso_audit.engine.tally import Answers, tally
from iso_audit.engine.working import add_dossiers, work_out
from iso_audit.errors import InputError
from iso_audit.model.civil import DAY, civil_seconds, date_of
from iso_audit.model.log import Intake, Judgement, LogMapping, World
from iso_audit.model.measure import Measures
from iso_audit.model.story import Story
from iso_audit.model.trace import DossierKind, EventKind, LogKind
from iso_audit.text import Text, date


class HeldLog:
    """A log in tables; a context manager, because it holds memory and files."""

    def __init__(
        self,
        store: Store,
        read: Read,
        account: Account,
        mapping: LogMapping,
        world: World,
        at_once: int,
        tell: Progress,
    ) -> None:
        self.resources = ExitStack()
        """What `close` gives back: the database and the folder of its files."""
        self._store, self._account = store, account
        self._words = read.words
        self._known = column_account(store, read, account.seconds)
        drawn = _drawn_up(store, mapping, world)
        drawn_s = civil_seconds(world.calendar, drawn)
        self._norms = Norms(world, read.words["step"], read.words["role"], read.words["unit"])
        parts = Parts(store, at_once)
        self._parts = parts
        self._norms.store(store, _make_base(store, read, mapping, world, parts))
        store_demands(store, self._norms)
        make_signs(store, self._norms, self._known)
        make_registered(store, account.seconds, read.words["status"], mapping)
        read_codes(store, self._norms, parts, read.dossiers is not None)
        table = _work_table(store, world, drawn_s)
        spans = make_days(store, table)
        self._handling = handling = Handling(store, self._norms, read.words)
        asked = Asked(
            self._norms,
            table,
            read.words,
            places=handling.places(),
            unit_of_person=handling.unit_of_person(),
            layout=read.layout,
            units=len(handling.units),
            slots=handling.slots,
            rows=read.event_rows,
            known=self._known,
            drawn_s=drawn_s,
            drawn_us=int(drawn.timestamp() * 1_000_000),
            is_due_given=mapping.due == "given",
            is_start_derived=mapping.start == "previous_finish",
        )
        for done in parts.each("event", "base", "code_said"):
            tell("work_out", done, parts.count)
            make_bands(store, spans)
            work_out(store, asked)
            make_demanded(store, spans, self._known, drawn_s)
            add_dossiers(store, handling.slots)
            handling.add()
        handling.finish()
        settle_at_limit(store)
        drop_scratch(store)
        self._kinds = Kinds(store, self._norms, parts, read.words["case"])
        explain = Explain(store, self._norms, table, read.words["case"], drawn_s, mapping.due == "given")
        papers = Papers(store, read.events)
        self._stories = Stories(
            store,
            self._norms,
            read.words,
            explain,
            papers,
            spans,
            drawn_s,
            has_table=read.dossiers is not None,
        )
        self._drawn_s = drawn_s
        self._asked: tuple[Sequence[Question], Sequence[str]] = ((), ())
        self._evidence = Evidence(store, self._norms, read.words, spans, explain, account, papers)
        self._agreement = Agreement(
            store, self._norms, account.seconds, read.words["unit"], mapping, drawn.date()
        )
        self._intake = account.intake(world, mapping, self._known, drawn_s)

    @property
    def intake(self) -> Intake:
        return self._intake

    def column_known(self, column: str) -> bool:
        """Whether a column (`events.actor`) holds at least one value."""
        return column in self._known

    def event_kinds(self) -> tuple[EventKind, ...]:
        return self._kinds.events()

    def dossier_kinds(self) -> tuple[DossierKind, ...]:
        return self._kinds.dossiers()

    def traces(self, reads: frozenset[str]) -> Traces:
        return self._kinds.traces(reads)

    def log_kinds(self) -> tuple[LogKind, ...]:
        """How second sources agree with the log as a whole."""
        return self._agreement.kinds()

    def tally(
        self,
        questions: Sequence[Question],
        on_events: Iterable[Judgement],
        on_dossiers: Iterable[Judgement],
        on_traces: Iterable[Judgement],
    ) -> Counted:
        """Join answers back to dossiers; traces are numbered as they were asked for last."""
        self._kinds.make_missing()
        answers = Answers(on_events, on_dossiers, on_traces)
        self._asked = questions, answers.steps
        units, handling = self._words["unit"], self._handling
        return tally(
            self._store, self._norms, self._parts, units, handling, questions, answers, self._evidence
        )

    def stories(self, dossier_id: str) -> tuple[Story, ...]:
        """Dossiers with this id, each as the log tells it; with what was found once that was counted."""
        return self._stories.of(dossier_id, *self._asked)

    def untold(self, dossier_id: str) -> str:
        """Why a dossier has no story: `unknown`, `no-procedure` or `outside-period`; empty: it has one."""
        return self._stories.untold(dossier_id)

    def ids_like(self, dossier_id: str) -> tuple[str, ...]:
        """Ids of dossiers that look like this one, the likest first."""
        return self._stories.near(dossier_id)

    def measures(self) -> Measures:
        return measures(self._store, self._norms, self._handling)

    def unit_dossiers(self) -> Mapping[tuple[str, str], int]:
        return unit_dossiers(self._store, self._norms, self._words["unit"])

    def courses(self, procedure: str, unit: str = "") -> Courses:
        """How the dossiers of a procedure (its id) went, event by event; of one unit, or of all."""
        return courses(self._store, self._norms, self._words, procedure, unit, self._drawn_s)

    def write_evidence(self, path: Path) -> None:
        self._evidence.write(path)

    def write_refused(self, path: Path) -> None:
        self._account.write(path)

    def close(self) -> None:
        self.resources.close()

    def __enter__(self) -> HeldLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _drawn_up(store: Store, mapping: LogMapping, world: World) -> dt.datetime:
    """The moment that bounds unfinished dossiers; the log's last one where nobody says."""
    drawn = mapping.drawn_up_at or world.drawn_up_at
    zone = ZoneInfo(world.calendar.zone)
    if drawn is None:
        last = store.number("SELECT coalesce(max(greatest(started, finished)), 0) FROM event")
        return dt.datetime.fromtimestamp(last / 1_000_000, zone)
    return drawn if drawn.tzinfo is not None else drawn.replace(tzinfo=zone)


def _nothing_to_judge(store: Store, read: Read, world: World) -> InputError:
    """Say why no dossier of the log can be put to any procedure."""
    file = read.events.source.file
    if world.period is not None and store.any("base", "is_outside"):
        first, last = (Text(date(day, "vi"), date(day, "en")) for day in world.period)
        return refusal("no-period", file, first=first, last=last)
    names = ", ".join(f"«{name}»" for name in read.words["procedure"].meaning[:3])
    return refusal("no-edition", file, procedures=names or "–")


def _make_base(
    store: Store, read: Read, mapping: LogMapping, world: World, parts: Parts
) -> dict[int, list[int]]:
    """Make `base`; return the editions that the log meets, each with the activities of its dossiers."""
    put_versions(store, read, world)
    happened: dict[int, set[int]] = {}
    for _ in parts.each("id", "event"):
        add_base(store, read, mapping, world)
    for _ in parts.each("event", "base"):
        rows = store.run(
            "SELECT DISTINCT b.edition, e.act FROM base_here AS b LEFT JOIN event_here AS e USING (dossier) "
            "WHERE b.edition IS NOT NULL"
        )
        for edition, act in rows:
            happened.setdefault(edition, set()).update([] if act is None else [act])
    if not happened:
        raise _nothing_to_judge(store, read, world)
    return {edition: sorted(acts) for edition, acts in sorted(happened.items())}


def _work_table(store: Store, world: World, drawn_s: int) -> WorkTable:
    """The calendar over all days that the log and the limits of its steps meet."""
    first, last = store.run(
        f"""
        SELECT coalesce(min(day), 0), coalesce(max(day), 0) FROM (
            SELECT least(min(start_s), min(finish_s)) // {DAY} AS day FROM event
            UNION ALL SELECT greatest(max(start_s), max(finish_s)) // {DAY} FROM event
            UNION ALL SELECT day FROM base
            UNION ALL SELECT {drawn_s // DAY}
        )
        """
    )[0]
    longest = store.number(
        f"""
        SELECT coalesce(max(amount), 0) FROM (
            SELECT amount FROM norm WHERE compared = {DAYS}
            UNION ALL SELECT amount FROM group_step WHERE compared = {DAYS}
            UNION ALL SELECT amount FROM demand WHERE compared = {DAYS}
        )
        """
    )
    return WorkTable(world.calendar, date_of(first), date_of(last + longest + 60))
