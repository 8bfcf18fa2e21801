"""An auditor that reads a log event by event, to compare the engine with.

It shares nothing with `iso_audit.engine` and `iso_audit.analysis.worktime`: rows come from the
csv module, working time is walked span by span, every fact is an `if`. Of the product it uses the
nouns and, for what a due date is, `model.clock`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from zoneinfo import ZoneInfo

from iso_audit.model import clock
from iso_audit.model.log import (
    DOCUMENTED_KINDS,
    EXPLAINED_KINDS,
    Demand,
    FactParameters,
    LogMapping,
    TableMapping,
    World,
)
from iso_audit.model.procedure import Limit, Procedure, Split, Step, StepClock, TimeUnit
from tests.engine.plain_demands import asked
from tests.engine.plain_register import mark_register
from tests.engine.plain_signs import mark_signs

Row = Mapping[str, str]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FINAL = ("not_accepted", "withdrawn", "stopped", "finished", "returned")
NO_RESULT = ("not_accepted", "withdrawn", "stopped")
UNDER_WAY = ("registered", "received", "processing", "supplement", "financial")
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?)?(Z|[+-]\d{2}:?\d{2})?"
)


@dataclass
class Event:
    """One row of the log that was kept."""

    row: int
    dossier: str
    step: str
    act: str
    actor: str
    role: str
    unit: str
    procedure: str
    start: dt.datetime | None
    finish: dt.datetime | None
    document: str
    reason: str
    new_date: dt.datetime | None
    facts: dict[str, int] = field(default_factory=dict)


@dataclass
class Dossier:
    """One dossier with what was made of it."""

    id: str
    row: Mapping[str, object] | None = None
    events: list[Event] = field(default_factory=list)
    procedure: Procedure | None = None
    era: int = 0
    unit: str = ""
    case: str = ""
    received: dt.datetime | None = None
    due: dt.datetime | None = None
    due_day: dt.date | None = None
    end: dt.datetime | None = None
    finished: bool = False
    facts: dict[str, int] = field(default_factory=dict)

    @property
    def month(self) -> str:
        return "" if self.received is None else f"{self.received:%Y-%m}"


class PlainAudit:
    """A log worked out in plain Python."""

    def __init__(
        self,
        events: Sequence[Row],
        dossiers: Sequence[Row] | None,
        mapping: LogMapping,
        world: World,
        register: Sequence[Row] | None = None,
    ) -> None:
        self.world, self.mapping = world, mapping
        self.calendar = world.calendar
        self.zone = ZoneInfo(self.calendar.zone)
        self.refused: list[tuple[int, str]] = []
        self.ignored = 0
        self.rows = (len(events), 0 if dossiers is None else len(dossiers))
        self.dossiers: dict[str, Dossier] = {}
        self.has_table = dossiers is not None
        self.twice: set[str] = set()
        self.told: dict[tuple[str, str], set[object]] = {}
        self.known: set[str] = set()
        for row, values in enumerate(dossiers or (), start=2):
            self._take_dossier(row, values)
        for row, values in enumerate(events, start=2):
            self._take_event(row, values)
        self.dossiers = dict(sorted(self.dossiers.items()))
        self._order()
        self.is_refused = len(self.refused) * 2 > sum(self.rows)
        moments = [m for d in self.dossiers.values() for e in d.events for m in (e.start, e.finish) if m]
        self.drawn = mapping.drawn_up_at or world.drawn_up_at or max(moments, default=EPOCH)
        self.drawn = self.drawn.astimezone(self.zone)
        for dossier in self.dossiers.values():
            self._settle(dossier)
        judged = [d for d in self.dossiers.values() if d.procedure is not None]
        self._codes(judged)
        for dossier in judged:
            self._dossier_facts(dossier)
            for event in dossier.events:
                event.facts = self._event_facts(event, dossier)
        self.judged = judged
        mark_signs(self)
        self.register_refused = mark_register(self, register)

    # ---- reading

    def _get(self, values: Row, table: TableMapping, ours: str) -> str:
        if ours in table.constants:
            return table.constants[ours]
        if ours in table.cuts:
            found = re.search(table.cuts[ours].pattern, values.get(table.cuts[ours].source) or "")
            return (found.group(1) or "") if found else ""
        return (values.get(table.columns.get(ours, ""), "") or "").strip(" ")

    def _moment(self, text: str) -> dt.datetime | None:
        """A moment in the calendar's zone; ValueError where it cannot be read."""
        if not text.strip():
            return None
        found = None
        for form in self.mapping.dates:
            try:
                found = dt.datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone follows
                break
            except ValueError:
                continue
        if found is None:
            if not _ISO.fullmatch(text.strip()):
                raise ValueError(text)
            found = dt.datetime.fromisoformat(text.strip())
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(self.mapping.zone) if self.mapping.zone else self.zone)
        if not 1990 <= found.astimezone(dt.UTC).year < 2100:
            raise ValueError(text)
        return found.astimezone(self.zone)

    def _take_dossier(self, row: int, values: Row) -> None:
        table = self.mapping.dossiers
        assert table is not None
        code = self._get(values, table, "dossier_id")
        if not code:
            self.refused.append((row, "no-dossier"))
            return
        read: dict[str, object] = {}
        for ours in ("procedure", "unit", "channel", "case", "status"):
            read[ours] = self._get(values, table, ours)
        read["channel"] = self.mapping.channels.get(str(read["channel"]), read["channel"])
        for ours in ("received_at", "appointed_at", "due_at", "finished_at", "returned_at"):
            text = self._get(values, table, ours)
            try:
                moment = self._moment(text)
            except ValueError:
                self.refused.append((row, "bad-date"))
                return
            if ours == "due_at" and moment and ":" not in text and len(text.strip()) <= 10:
                moment += dt.timedelta(seconds=86399, microseconds=999999)
            read[ours] = moment
        for name in ("procedure", "received_at"):
            if read[name]:
                self.told.setdefault((code, name), set()).add(read[name])
        if any(len(said) > 1 for (whose, _), said in self.told.items() if whose == code):
            self.twice.add(code)
        if code in self.dossiers:
            self.refused.append((row, "duplicate"))
            return
        self.known |= {f"dossiers.{name}" for name, value in read.items() if value}
        self.dossiers[code] = Dossier(code, read)

    def _take_event(self, row: int, values: Row) -> None:
        table = self.mapping.events
        code, activity = self._get(values, table, "dossier_id"), self._get(values, table, "step")
        if not code:
            self.refused.append((row, "no-dossier"))
            return
        if not activity:
            self.refused.append((row, "no-step"))
            return
        moments = {}
        for ours in ("started_at", "finished_at", "new_appointed_at"):
            try:
                moments[ours] = self._moment(self._get(values, table, ours))
            except ValueError:
                self.refused.append((row, "bad-date"))
                return
        if moments["started_at"] is None and moments["finished_at"] is None:
            self.refused.append((row, "no-finish"))
            return
        if activity in self.mapping.ignored:
            self.ignored += 1
            return
        get = {
            name: self._get(values, table, name)
            for name in ("actor", "role", "unit", "document", "reason", "procedure")
        }
        self.known |= {f"events.{name}" for name, value in (get | moments).items() if value}
        event = Event(
            row, code, "", self.mapping.steps.get(activity, activity), get["actor"],
            self.mapping.roles.get(get["role"], get["role"]),
            self.mapping.units.get(get["unit"], get["unit"]),
            get["procedure"], moments["started_at"], moments["finished_at"], get["document"], get["reason"],
            moments["new_appointed_at"],
        )  # fmt: skip
        self.dossiers.setdefault(code, Dossier(code)).events.append(event)

    def _order(self) -> None:
        far = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
        for dossier in self.dossiers.values():
            dossier.events.sort(key=lambda e: (e.finish or far, e.start or far, e.row))
            if self.mapping.start == "previous_finish":
                for before, event in zip(dossier.events, dossier.events[1:], strict=False):
                    event.start = event.start or before.finish
        if self.mapping.start == "previous_finish" and any(
            event.start for dossier in self.dossiers.values() for event in dossier.events
        ):
            self.known.add("events.started_at")
        if any(e.finish and e.finish.second for d in self.dossiers.values() for e in d.events):
            self.known.add("events.second")

    # ---- what a dossier is judged by

    def _settle(self, dossier: Dossier) -> None:
        row, events = dossier.row or {}, dossier.events
        begun = [e.start or e.finish for e in events]
        received = row.get("received_at") or min((b for b in begun if b), default=None)
        assert received is None or isinstance(received, dt.datetime)
        dossier.received = received
        dossier.unit = self.mapping.units.get(str(row.get("unit") or ""), str(row.get("unit") or "")) or next(
            (e.unit for e in events if e.unit), ""
        )
        dossier.case = str(row.get("case") or "")
        name = (
            str(row.get("procedure") or "")
            or next((e.procedure for e in events if e.procedure), "")
            or self.mapping.procedure
        )
        name = self.mapping.procedures.get(name, name)
        day = received.date() if received else None
        for procedure in self.world.procedures:
            period = procedure.in_force
            holds = period.holds(day) if day else period.first is None and period.last is None
            if name in (procedure.id, procedure.code) and holds:
                dossier.procedure = procedure
                break
        dossier.era = sum(first <= day for first in self.world.eras) if day else 0
        if dossier.procedure is None:
            return
        for event in events:
            known = dossier.procedure.by_id.get(event.act)
            event.step = event.act if known is not None and not known.is_silent else ""
        self._end(dossier)
        dossier.due, dossier.due_day = self._due(dossier, self._stops(dossier))

    def _parameters(self, dossier: Dossier) -> FactParameters:
        assert dossier.procedure is not None
        return self.world.parameters.get((dossier.procedure.key, dossier.era), FactParameters())

    def _status(self, dossier: Dossier) -> str:
        said = str((dossier.row or {}).get("status") or "")
        return self.mapping.statuses.get(said, said)

    def _end(self, dossier: Dossier) -> None:
        row, status, procedure = dossier.row or {}, self._status(dossier), dossier.procedure
        assert procedure is not None
        finishes = [e.finish for e in dossier.events if e.finish]
        timed = [e.finish for e in dossier.events if e.finish and e.step and _is_timed(procedure, e.step)]
        last = max(timed, default=None) or max(finishes, default=None)
        given = row.get("finished_at") or row.get("returned_at")
        says_end = dossier.row is not None and bool(
            self.known & {"dossiers.finished_at", "dossiers.returned_at", "dossiers.status"}
        )
        reached = any(_is_end(procedure, e) for e in dossier.events)
        broke_off = _broke_off(procedure, dossier.events)
        dossier.finished = bool(given) or status in FINAL or (not says_end and (reached or broke_off))
        if isinstance(given, dt.datetime):
            dossier.end = given
        elif status in FINAL:
            dossier.end = last
        elif says_end:
            dossier.end = None
        elif broke_off:
            dossier.end = max(finishes, default=None)
        elif not _may_follow(procedure, dossier.events):
            dossier.end = last

    # ---- time

    def _stops(self, dossier: Dossier) -> list[tuple[Event, dt.datetime, dt.datetime, bool]]:
        """(event, begin, end, whether the limit counts anew) of every stretch in which the clock stood."""
        procedure = dossier.procedure
        assert procedure is not None
        said = [(e, self._clock(dossier, e)) for e in dossier.events]
        counted = [
            (e, how) for e, how in said
            if how is not StepClock.RUNS or not e.step or not procedure.by_id[e.step].anytime
        ]  # fmt: skip
        found = []
        for at, (event, how) in enumerate(counted):
            if how is StepClock.RUNS:
                continue
            step = procedure.by_id[event.step]
            role = self.world.organisation.roles.get(step.role)
            begin, end = event.finish, self.drawn
            if how is StepClock.OUTSIDE:
                begin, end = event.start, event.finish or self.drawn
            elif role is not None and role.is_applicant:
                before = counted[at - 1][0] if at else None
                begin = (before.finish or before.start) if before else dossier.received
                end = event.finish or self.drawn
            elif at + 1 < len(counted):
                after = counted[at + 1][0]
                end = after.start or after.finish or self.drawn
            if begin is not None:
                found.append((event, begin, end, how is StepClock.RESTARTS))
        return found

    def _clock(self, dossier: Dossier, event: Event) -> StepClock:
        assert dossier.procedure is not None
        step = dossier.procedure.by_id.get(event.step)
        if step is None:
            return StepClock.RUNS
        if step.clock is not None:
            return step.clock
        clocks = self._parameters(dossier).clocks
        return next((clocks[kind] for kind in step.kinds if kind in clocks), StepClock.RUNS)

    def _limit(self, dossier: Dossier) -> Limit | None:
        assert dossier.procedure is not None
        limits = dossier.procedure.limits
        limit = limits.get(dossier.case) or limits.get("default")
        return limit if limit and limit.value and limit.value > 0 else None

    def _due(
        self, dossier: Dossier, stops: Sequence[tuple[Event, dt.datetime, dt.datetime, bool]]
    ) -> tuple[dt.datetime | None, dt.date | None]:
        counted = self._counted(dossier, stops)
        if self.mapping.due == "given":
            given = (dossier.row or {}).get("due_at")
            return (given, given.date()) if isinstance(given, dt.datetime) else (None, None)
        return (counted.at, counted.day) if counted else (None, None)

    def _counted(
        self, dossier: Dossier, stops: Sequence[tuple[Event, dt.datetime, dt.datetime, bool]]
    ) -> clock.Due | None:
        procedure, limit = dossier.procedure, self._limit(dossier)
        assert procedure is not None
        own_case = dossier.case not in ("", "default") and dossier.case in procedure.limits
        same_day = procedure.same_day and not own_case
        if dossier.received is None or (limit is None and not same_day):
            return None
        return clock.due(
            self.calendar, limit, dossier.received, cutoff=procedure.cutoff,
            cutoff_effect=procedure.cutoff_effect, same_day=same_day,
            pauses=[(a, b) for _, a, b, anew in stops if not anew],
            restarts=[(a, b) for _, a, b, anew in stops if anew],
        )  # fmt: skip

    def worked(self, start: dt.datetime, finish: dt.datetime) -> int:
        """Seconds of work between two moments, walked span by span."""
        total, day = 0, start.date()
        a, b = _wall(start), _wall(finish)
        while day <= finish.date():
            for begin, end in self.calendar.spans(day):
                midnight = dt.datetime.combine(day, dt.time())
                lo = max(midnight + dt.timedelta(seconds=begin), a)
                hi = min(midnight + dt.timedelta(seconds=end), b)
                total += max(0, int((hi - lo).total_seconds()))
            day += dt.timedelta(days=1)
        return total

    def _working_day(self, day: dt.date, step: int, n: int) -> dt.date:
        """The n-th working day after (or before) a day."""
        while n:
            day += dt.timedelta(days=step)
            n -= self.calendar.works(day)
        return day

    # ---- facts of events

    def _event_facts(self, event: Event, dossier: Dossier) -> dict[str, int]:
        procedure = dossier.procedure
        assert procedure is not None
        step = procedure.by_id.get(event.step)
        kinds = set(step.kinds) if step else set()
        moment = event.finish or event.start
        late = self._late(event, dossier, step)
        has_start = "events.started_at" in self.known and self.mapping.start != "previous_finish"
        facts = {
            "late": late,
            "overdue": dossier.facts["overdue"] if late == 1 else 0,
            "wrong_role": self._wrong_role(event, step),
            "undocumented": self._missing("document", bool(kinds & set(DOCUMENTED_KINDS)), event.document),
            "unexplained": self._missing("reason", bool(kinds & set(EXPLAINED_KINDS)), event.reason),
            "no_new_date": self._missing("new_appointed_at", "apologise" in kinds, event.new_date),
            "no_actor": self._missing("actor", True, event.actor),
            "no_moment": 2,
            "off_hours": self._off_hours(event.finish),
            "backwards": 2,
            "future": int(event.finish is not None and event.finish > self.drawn),
            "after_due": 0,
            "early_enough": 0,
            "returned_before_signed": 0,
            "slow_handover": 0,
        }
        if has_start:
            if event.finish is not None or dossier.finished:
                facts["no_moment"] = int(event.start is None or event.finish is None)
            if event.start is not None and event.finish is not None:
                facts["backwards"] = int(event.finish < event.start)
        for stopped, begin, _, _ in self._stops(dossier):
            if stopped is event:
                facts["after_due"] = 2 if dossier.due is None else int(_wall(begin) > _wall(dossier.due))
        if "apologise" in kinds:
            facts["early_enough"] = self._early_enough(moment, dossier)
        handed_out = self._handed_out(dossier)
        if "approve_sign" in kinds and handed_out is not None:
            facts["returned_before_signed"] = (
                2 if event.finish is None else int(_wall(event.finish) > _wall(handed_out))
            )
        if "transfer_in" in kinds:
            facts["slow_handover"] = self._slow_handover(moment, dossier)
        return facts

    def _missing(self, column: str, applies: bool, value: object) -> int:
        if not applies:
            return 0
        return 2 if f"events.{column}" not in self.known else int(not value)

    def _late(self, event: Event, dossier: Dossier, step: Step | None) -> int:
        assert dossier.procedure is not None
        if step is None:
            return 0
        said = []
        for group in dossier.procedure.limit_groups:
            if step.id not in group.steps or not group.limit.value:
                continue
            members = [e for e in dossier.events if e.step in group.steps]
            last = max(members, key=lambda e: (group.steps.index(e.step), dossier.events.index(e)))
            said.append(self._over(members, group.limit) if last is event else 0)
        if said:
            return 1 if 1 in said else max(said)
        if step.limit is None or not step.limit.value:
            return 0
        return self._over([event], step.limit)

    def _over(self, events: Sequence[Event], limit: Limit) -> int:
        if any(e.start is None or e.finish is None or _wall(e.finish) < _wall(e.start) for e in events):
            return 2
        spans = [(e.start, e.finish) for e in events if e.start and e.finish]
        assert limit.value is not None
        if limit.unit is TimeUnit.HOUR:
            passed = sum(((b - a) for a, b in spans), dt.timedelta())
            return int(passed > dt.timedelta(seconds=int(limit.value * 3600)))
        if limit.unit is TimeUnit.DAY and limit.value >= 1:
            first, last = min(a for a, _ in spans), max(b for _, b in spans)
            day = first.date() + dt.timedelta(days=-(-limit.value.numerator // limit.value.denominator))
            due = self._working_day(day - dt.timedelta(days=1), 1, 1)
            closing = dt.datetime.combine(due, dt.time()) + dt.timedelta(seconds=self.calendar.closing(due))
            return int(_wall(last) > closing)
        hours = limit.value * (1 if limit.unit is TimeUnit.WORKING_HOUR else 8)
        return int(sum(self.worked(a, b) for a, b in spans) > int(hours * 3600))

    def _wrong_role(self, event: Event, step: Step | None) -> int:
        if step is None or not step.role:
            return 0
        return self._not_as(event, step.role)

    def _not_as(self, event: Event, role: str) -> int:
        named = {s.role for p in self.world.procedures for s in p.steps} | set(self.world.organisation.roles)
        named |= {demand.role for asked in self.world.parameters.values() for demand in asked.demands}
        if not event.role or event.role not in named:
            return 2
        return int(not self.world.organisation.may_act(event.role, role))

    def _off_hours(self, at: dt.datetime | None) -> int:
        if at is None or _second(at) == 0:
            return 2
        spans = list(self.calendar.spans(at.date()))
        exception = self.calendar.exceptions.get(at.date())
        if self.calendar.reception and not (exception is not None and not exception.spans):
            spans += self.calendar.reception[at.weekday()]
        return int(not any(begin <= _second(at) <= end for begin, end in spans))

    def _early_enough(self, at: dt.datetime | None, dossier: Dossier) -> int:
        lead = self._parameters(dossier).apology_lead
        if lead is None or lead.value is None or dossier.due is None or dossier.due_day is None or at is None:
            return 2
        if lead.value and lead.unit is TimeUnit.HOUR:
            return int(_wall(at) <= _wall(dossier.due) - dt.timedelta(seconds=int(lead.value * 3600)))
        if lead.value and lead.unit is TimeUnit.WORKING_HOUR:
            wanted = int(lead.value * 3600)
            return int(_wall(at) <= _wall(dossier.due) and self.worked(at, dossier.due) >= wanted)
        n = -(-lead.value.numerator // lead.value.denominator)
        if lead.unit is TimeUnit.DAY or n == 0:
            latest = dossier.due_day - dt.timedelta(days=n)
        else:
            latest = self._working_day(dossier.due_day, -1, n)
        return int(at.date() <= latest)

    def _handed_out(self, dossier: Dossier) -> dt.datetime | None:
        given = (dossier.row or {}).get("returned_at")
        if isinstance(given, dt.datetime):
            return given
        procedure = dossier.procedure
        assert procedure is not None
        moments = [
            e.finish or e.start
            for e in dossier.events
            if e.step and procedure.by_id[e.step].is_a("return_result")
        ]
        return min((m for m in moments if m), default=None)

    def _slow_handover(self, at: dt.datetime | None, dossier: Dossier) -> int:
        channel = str((dossier.row or {}).get("channel") or "").lower()
        parameters, received = self._parameters(dossier), dossier.received
        if at is None or received is None or channel not in ("online", "desk"):
            return 2
        received = max([received, *self._complete(dossier)])
        within = parameters.paper_handover_max
        if channel == "online":
            within, cutoff = parameters.handover_grace, parameters.handover_cutoff
            if cutoff is not None and _wall(received).time().replace(microsecond=0) > cutoff:
                day = self._working_day(received.date(), 1, 1)
                opening = dt.timedelta(seconds=self.calendar.spans(day)[0][0])
                received = dt.datetime.combine(day, dt.time(), self.zone) + opening
        if within is not None and within.value:
            return int(_wall(at) > _wall(clock.due(self.calendar, within, received).at))
        last = self._working_day(received.date() - dt.timedelta(days=1), 1, 1)
        return int(at.date() > last)

    def _complete(self, dossier: Dossier) -> list[dt.datetime]:
        """Ends of stops before the first hand-over: until then the dossier was not there whole."""
        procedure = dossier.procedure
        assert procedure is not None
        handed = [
            e.finish or e.start
            for e in dossier.events
            if e.step and procedure.by_id[e.step].is_a("transfer_in")
        ]
        first = min(_wall(moment) for moment in handed if moment)
        return [end for _, _, end, _ in self._stops(dossier) if _wall(end) <= first]

    # ---- facts of dossiers

    def _codes(self, dossiers: Sequence[Dossier]) -> None:
        self.fits: dict[str, bool] = {}
        numbers: Counter[tuple[object, ...]] = Counter()
        number_of = {}
        for dossier in dossiers:
            patterns = self._parameters(dossier).code_patterns
            if not patterns:
                continue
            self.fits[dossier.id] = any(re.fullmatch(p, dossier.id) for p in patterns)
            number = re.search(r"([0-9]+)$", dossier.id)
            if self.fits[dossier.id] and number:
                day = dossier.received.date() if dossier.received else None
                number_of[dossier.id] = (dossier.unit, day, number.group(1))
                numbers[number_of[dossier.id]] += 1
        self.shared = {code for code, key in number_of.items() if numbers[key] > 1}

    def _day_said(self, dossier: Dossier) -> str:
        for pattern in self._parameters(dossier).code_patterns:
            found = re.fullmatch(pattern, dossier.id)
            if found and "day" in found.groupdict() and found.group("day"):
                return found.group("day")
        return ""

    def _dossier_facts(self, dossier: Dossier) -> None:
        procedure, row = dossier.procedure, dossier.row or {}
        assert procedure is not None
        status, events = self._status(dossier), dossier.events
        unfinished = dossier.end is None and not dossier.finished
        facts = dossier.facts
        facts["overdue"] = self._overdue(dossier)
        facts["undue"] = 0
        if unfinished:
            facts["undue"] = 2 if dossier.due is None else int(_wall(self.drawn) <= _wall(dossier.due))
        counted = self._counted(dossier, self._stops(dossier))
        plain = self._counted(dossier, ())
        days = {due.day for due in (counted, plain) if due}
        appointed, given = row.get("appointed_at"), row.get("due_at")
        facts["appointed_later"] = facts["appointed_differs"] = 2
        facts["given_due_differs"] = facts["given_due_later"] = 2
        if isinstance(appointed, dt.datetime) and days:
            facts["appointed_later"] = int(appointed.date() > max(days))
            facts["appointed_differs"] = int(appointed.date() not in days)
        if isinstance(given, dt.datetime) and days:
            facts["given_due_differs"] = int(given.date() not in days)
            facts["given_due_later"] = int(given.date() > max(days))
        fits = self.fits.get(dossier.id)
        facts["code_malformed"] = 2 if fits is None else int(not fits)
        facts["code_other_day"] = 2
        said = self._day_said(dossier)
        if fits and said and dossier.received:
            facts["code_other_day"] = int(said != f"{dossier.received:%y%m%d}")
        facts["code_twice"] = 1 if dossier.id in self.shared | self.twice else (0 if fits else 2)
        reached = any(_is_end(procedure, e) for e in events)
        broke_off = status not in FINAL + UNDER_WAY and _broke_off(procedure, events)
        keeps = bool(self.known & {"dossiers.status", "dossiers.returned_at"})
        closed = reached or bool(row.get("returned_at")) or status in (*NO_RESULT, "returned") or broke_off
        facts["closed"] = int(closed or (not keeps and dossier.finished))
        facts["broken_off"] = int(status in NO_RESULT or broke_off)
        self._promise(dossier)
        facts["status_unlike_events"] = self._status_unlike(dossier, status)
        for first, second in self._pairs(dossier):
            facts[f"same_person:{first}|{second}"] = self._same_person(dossier, first, second)
        for demand in self._parameters(dossier).demands:
            if demand.asks is not None:
                facts[demand.fact] = asked(self, dossier, demand)
                continue
            said = self._in_role(dossier, demand) if demand.role else self._within(dossier, demand)
            facts[demand.fact] = 1 if 1 in said else max(said, default=0)
            if said and demand.online is not None:
                way = self._way(dossier)
                if way != int(demand.online):
                    facts[demand.fact] = 2 if way == 2 else 3

    def _overdue(self, dossier: Dossier) -> int:
        if dossier.due is None:
            return 2
        if dossier.end is not None:
            if self.mapping.due == "given" and dossier.end == (dossier.row or {}).get("finished_at"):
                return int(dossier.end > dossier.due)
            return int(_wall(dossier.end) > _wall(dossier.due))
        return 2 if dossier.finished else int(_wall(self.drawn) > _wall(dossier.due))

    def _promise(self, dossier: Dossier) -> None:
        procedure, facts = dossier.procedure, dossier.facts
        assert procedure is not None
        sorry = [e for e in dossier.events if e.step and procedure.by_id[e.step].is_a("apologise")]
        promised = [e.new_date for e in sorry if e.new_date]
        facts["promise_beyond"] = 0
        if promised:
            facts["promise_beyond"] = 1
        elif sorry and "events.new_appointed_at" not in self.known:
            facts["promise_beyond"] = 2
        facts["promise_broken"] = 2
        if promised:
            day = promised[-1].date()
            if dossier.end is not None:
                facts["promise_broken"] = int(dossier.end.date() > day)
            elif not dossier.finished:
                facts["promise_broken"] = int(self.drawn.date() > day)

    def _status_unlike(self, dossier: Dossier, status: str) -> int:
        procedure = dossier.procedure
        assert procedure is not None
        if not dossier.events or status not in FINAL + UNDER_WAY:
            return 2
        happened = {kind for e in dossier.events if e.step for kind in procedure.by_id[e.step].kinds}
        rests_on = {"not_accepted": "refuse", "withdrawn": "withdraw", "stopped": "stop"}.get(status)
        if rests_on:
            return int(rests_on not in happened) if procedure.of_kind(rests_on) else 2
        if status in UNDER_WAY:
            reached = any(_is_end(procedure, e) for e in dossier.events)
            return int(reached or "return_result" in happened)
        if procedure.of_kind("approve_sign"):
            unsigned = "approve_sign" not in happened
        else:
            unsigned = _may_follow(procedure, dossier.events)
        not_returned = (
            status == "returned"
            and bool(procedure.of_kind("return_result"))
            and "return_result" not in happened
            and not (dossier.row or {}).get("returned_at")
        )
        return int(unsigned or not_returned)

    def _pairs(self, dossier: Dossier) -> list[tuple[str, str]]:
        assert dossier.procedure is not None
        found: list[tuple[str, str]] = []
        parameters = self._parameters(dossier)
        own = (s.of for s in dossier.procedure.separation)
        for names in (parameters.apart, *own, *parameters.pairs):
            for pair in combinations(names, 2):
                if not any(set(pair) == set(other) for other in found):
                    found.append(pair)
        return found

    def _in_role(self, dossier: Dossier, demand: Demand) -> list[int]:
        assert dossier.procedure is not None
        meant = {s.id for name in demand.first for s in dossier.procedure.meant(name)}
        return [self._not_as(e, demand.role) for e in dossier.events if e.step in meant]

    def _within(self, dossier: Dossier, demand: Demand) -> list[int]:
        """For each first with a second from there on: whether their ends lie further apart than the limit."""
        procedure, limit = dossier.procedure, demand.limit
        assert procedure is not None
        assert limit is not None
        assert limit.value is not None
        one, other, unless = (
            {s.id for name in names for s in procedure.meant(name)}
            for names in (demand.first, demand.second, demand.unless)
        )
        said = []
        for at, event in enumerate(dossier.events):
            after = next((e for e in dossier.events[at:] if e.step in other | unless), None)
            if event.step not in one or after is None or after.step not in other:
                continue
            if event.finish is None or after.finish is None:
                said.append(2)
                continue
            running = self._running(dossier, event.finish, after.finish)
            stood = running != [(event.finish, after.finish)]
            if limit.unit is TimeUnit.HOUR:
                passed = sum((_wall(b) - _wall(a) for a, b in running), dt.timedelta())
                said.append(int(passed > dt.timedelta(seconds=int(limit.value * 3600))))
            elif limit.unit is TimeUnit.DAY and limit.value >= 1:
                late = self._over([replace(after, start=event.finish)], limit)
                said.append(2 if late and stood else late)
            else:
                hours = limit.value * (1 if limit.unit is TimeUnit.WORKING_HOUR else 8)
                said.append(int(sum(self.worked(a, b) for a, b in running) > int(hours * 3600)))
        return said

    def _way(self, dossier: Dossier) -> int:
        """Whether it came in electronically; 2 where nobody can tell."""
        return {"online": 1, "desk": 0}.get(str((dossier.row or {}).get("channel") or ""), 2)

    def _running(
        self, dossier: Dossier, start: dt.datetime, finish: dt.datetime
    ) -> list[tuple[dt.datetime, dt.datetime]]:
        """The stretches between two moments in which the clock did not stand."""
        left = [(start, finish)]
        for _, begin, end, _ in self._stops(dossier):
            cut = []
            for a, b in left:
                lo, hi = max(_wall(a), _wall(begin)), min(_wall(b), _wall(end))
                if lo >= hi:
                    cut.append((a, b))
                    continue
                cut += [(a, begin)] if _wall(a) < _wall(begin) else []
                cut += [(end, b)] if _wall(end) < _wall(b) else []
            left = cut
        return left

    def _same_person(self, dossier: Dossier, first: str, second: str) -> int:
        procedure = dossier.procedure
        assert procedure is not None
        one, other = ({s.id for s in procedure.meant(name)} for name in (first, second))
        a = [e for e in dossier.events if e.step in one]
        b = [e for e in dossier.events if e.step in other]
        if not a or not b:
            return 0
        if any(x is not y and x.actor and x.actor == y.actor for x in a for y in b):
            return 1
        return 2 if any(not e.actor for e in a + b) else 0


def _is_timed(procedure: Procedure, step: str) -> bool:
    limit = procedure.by_id[step].limit
    return bool(limit and limit.value) or any(
        step in group.steps and group.limit.value for group in procedure.limit_groups
    )


def _is_end(procedure: Procedure, event: Event) -> bool:
    step = procedure.by_id.get(event.step)
    return step is not None and not step.flows and not step.anytime and event.finish is not None


def _broke_off(procedure: Procedure, events: Sequence[Event]) -> bool:
    """Whether the last event refuses, withdraws or stops."""
    step = procedure.by_id.get(events[-1].step) if events else None
    return step is not None and any(step.is_a(kind) for kind in ("refuse", "withdraw", "stop"))


def _after(procedure: Procedure, step: str) -> set[str]:
    """Steps that can follow, found by walking every flow."""
    found: set[str] = set()
    waiting = [step]
    while waiting:
        for flow in procedure.by_id[waiting.pop()].flows:
            if flow.to not in found:
                found.add(flow.to)
                waiting.append(flow.to)
    return found


def _may_follow(procedure: Procedure, events: Sequence[Event]) -> bool:
    """Whether a step with a limit can still come: ahead of the last one, or in a branch beside it."""
    placed = [e for e in events if e.step and not procedure.by_id[e.step].anytime]
    if not placed or placed[-1].finish is None:
        return True
    last = placed[-1].step
    if any(_is_timed(procedure, step) for step in _after(procedure, last)):
        return True
    done = {e.step for e in events if e.finish is not None}
    for split in procedure.steps:
        if split.split is Split.ONE:
            continue
        branches = [{flow.to} | _after(procedure, flow.to) for flow in split.flows]
        for mine in branches:
            for theirs in branches:
                if last not in mine or last in theirs:
                    continue
                for step in theirs - mine - done:
                    apart = step not in _after(procedure, last) and last not in _after(procedure, step)
                    if apart and _is_timed(procedure, step):
                        return True
    return False


def _wall(at: dt.datetime) -> dt.datetime:
    """What the wall clock shows, to the second; moments are kept in the calendar's zone."""
    return at.replace(tzinfo=None, microsecond=0)


def _second(at: dt.datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
