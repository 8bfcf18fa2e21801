"""What the definitions say, as tables that stand beside the log: one row an edition and activity.

An edition is a version of a procedure in an era of the packs. Only editions that occur in the
log get rows, so that a large workspace costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from iso_audit.engine.ahead import Ahead, ahead, is_timed
from iso_audit.engine.store import Array, Store, integers
from iso_audit.engine.words import Words
from iso_audit.errors import EngineError
from iso_audit.model.log import (
    DOCUMENTED_KINDS,
    EXPLAINED_KINDS,
    Demand,
    FactParameters,
    World,
    same_person_fact,
)
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import (
    HOURS_PER_WORKING_DAY,
    Limit,
    Procedure,
    Step,
    StepClock,
    TimeUnit,
)

RUNS, PAUSED, RESTARTS, OUTSIDE = range(4)
_CLOCKS = {
    StepClock.RUNS: RUNS, StepClock.PAUSED: PAUSED, StepClock.RESTARTS: RESTARTS, StepClock.OUTSIDE: OUTSIDE,
}  # fmt: skip
KIND_FLAGS = {
    "signs": "approve_sign", "returns": "return_result", "apologises": "apologise",
    "hands_over": "transfer_in", "refuses": "refuse", "withdraws": "withdraw", "stops": "stop",
}  # fmt: skip
"""Column of `norm` -> the kind of step that it marks."""

APPLICANT = "applicant"
"""The role of applicants, whether or not an organisation lists it."""

WORK, CLOCK, DAYS = 1, 2, 3
"""How a step's limit is compared: working seconds, clock seconds, the closing of a day."""

MOST_PAIRS = 60


@dataclass(frozen=True)
class Edition:
    """One version of a procedure in one era: what a dossier is judged by."""

    code: int
    procedure: Procedure
    era: int
    parameters: FactParameters

    def clock(self, step: Step) -> int:
        """What the dossier's clock does at a step: the procedure's word, else the packs' for its kind."""
        if step.clock is not None:
            return _CLOCKS[step.clock]
        said = [self.parameters.clocks[kind] for kind in step.kinds if kind in self.parameters.clocks]
        return _CLOCKS[said[0]] if said else RUNS

    def is_watched(self, step: Step) -> bool:
        """Whether closing many dossiers at this step within seconds is a sign."""
        asked = self.parameters
        return asked.batch_of > 0 and any(step.is_a(kind) for kind in asked.batch_kinds)

    def may_end_after(self, step: Step) -> bool:
        """Whether nobody has to do anything more after this step."""
        met, waiting = {step.id}, [step]
        while waiting:
            flows = waiting.pop().flows
            if not flows:
                return True
            ahead = [self.procedure.by_id[flow.to] for flow in flows if flow.to not in met]
            waiting += [each for each in ahead if each.is_silent]
            met |= {each.id for each in ahead}
        return False

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Duties held apart: those that the packs name, then those of the procedure itself."""
        own = (separation.of for separation in self.procedure.separation)
        named = (self.parameters.apart, *own, *self.parameters.pairs)
        pairs: dict[frozenset[str], tuple[str, str]] = {}
        for names in named:
            for pair in combinations(names, 2):
                pairs.setdefault(frozenset(pair), pair)
        return tuple(pairs.values())

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """What the packs ask of roles and of the time between steps."""
        return tuple(dict.fromkeys(self.parameters.demands))

    @cached_property
    def ahead(self) -> Ahead:
        return ahead(self.procedure)


@dataclass
class Norms:
    """Editions and their rows; `words` are those of the log's activities and roles."""

    world: World
    acts: Words
    roles: Words
    units: Words
    editions: dict[int, Edition] = field(default_factory=dict)
    places: dict[tuple[int, int], int] = field(default_factory=dict)
    """(edition, step) -> number, for keys of events."""
    happened: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Edition -> activities that occur in its dossiers; only these get rows."""
    table: NormTable = field(init=False)
    """The table `norm` as arrays, once it is stored."""

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Every step id that an activity may stand for, and first the empty one for no step."""
        known = {
            step.id for procedure in self.world.procedures for step in procedure.steps if not step.is_silent
        }
        return ("", *sorted(known & set(self.acts.meaning)))

    @cached_property
    def _step_codes(self) -> Mapping[str, int]:
        return {step: code for code, step in enumerate(self.steps)}

    @property
    def eras(self) -> int:
        """How many eras there are; an edition's number is version * eras + era."""
        return len(self.world.eras) + 1

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of the versions, by their numbers."""
        return tuple(procedure.key for procedure in self.world.procedures)

    def edition(self, code: int) -> Edition:
        """The edition of a code, made when it is first met."""
        if code not in self.editions:
            version, era = divmod(code, self.eras)
            procedure = self.world.procedures[version]
            parameters = self.world.parameters.get((procedure.key, era), FactParameters())
            self.editions[code] = Edition(code, procedure, era, parameters)
        return self.editions[code]

    def store(self, store: Store, happened: Mapping[int, Sequence[int]]) -> None:
        """Put the tables `norm` (edition, activity), `group_step` and `may_act`; makes `table`."""
        self.happened, editions = happened, list(happened)
        rows = [row for code in editions for row in self._rows(self.edition(code))]
        store.put("norm", {name: (kind, [row[at] for row in rows]) for at, (name, kind) in enumerate(_NORM)})
        duties = [row for code in editions for row in self._duties(self.edition(code))]
        groups = [row for code in editions for row in self._groups(self.edition(code))]
        store.put("group_step", integers(groups, "edition", "act", "band", "rank", "compared", "amount"))
        beside = [row for code in editions for row in self._beside(self.edition(code))]
        may_act = self._may_act(editions)
        store.put("may_act", integers(may_act, "required", "acting", "wrong"))
        roles = len(self._required) + 1, len(self.roles.meaning) + 1
        self.table = NormTable.of(list(map(self.edition, editions)), rows, duties, beside, may_act, roles)

    def required(self, role: str) -> int:
        """The number of a role that a step asks for; -1 where it asks for none."""
        return self._required.get(role, -1)

    @cached_property
    def _required(self) -> Mapping[str, int]:
        named = {step.role for procedure in self.world.procedures for step in procedure.steps if step.role}
        named |= {d.role for asked in self.world.parameters.values() for d in asked.demands if d.role}
        return {role: code for code, role in enumerate(sorted(named))}

    def acting_as(self, edition: Edition) -> Iterator[tuple[int, Step | None]]:
        """Activities of dossiers of an edition, and the step each is."""
        for act in self.happened[edition.code]:
            step = edition.procedure.by_id.get(self.acts.meaning[act])
            yield act, None if step is None or step.is_silent else step

    def _rows(self, edition: Edition) -> Iterator[tuple[object, ...]]:
        applicants = {APPLICANT}
        applicants |= {role.id for role in self.world.organisation.roles.values() if role.is_applicant}
        for act, step in self.acting_as(edition):
            if step is None:
                place = self._place(edition.code, 0)
                yield (edition.code, act, place, 0, 0, 0, -1, 0, *([False] * (len(_NORM) - 8)))
                continue
            compared, amount = compare(step.limit)
            yield (
                edition.code,
                act,
                self._place(edition.code, self._step_codes[step.id]),
                self._step_codes[step.id],
                compared,
                amount,
                self.required(step.role),
                edition.clock(step),
                step.role in applicants,
                is_timed(edition.procedure, step),
                step.id in edition.ahead.timed_may_follow,
                not step.flows and not step.anytime,
                step.anytime,
                any(step.is_a(kind) for kind in DOCUMENTED_KINDS),
                any(step.is_a(kind) for kind in EXPLAINED_KINDS),
                edition.may_end_after(step),
                edition.is_watched(step),
                edition.parameters.round_of > 0 and step.role not in applicants,
                *(step.is_a(kind) for kind in KIND_FLAGS.values()),
            )

    def _place(self, edition: int, step: int) -> int:
        """The number of a step in an edition, in the order in which they are met."""
        return self.places.setdefault((edition, step), len(self.places))

    def _duties(self, edition: Edition) -> Iterator[tuple[int, ...]]:
        if len(edition.pairs) + len(edition.demands) > MOST_PAIRS:
            raise EngineError(
                f"{edition.procedure.key}: more than {MOST_PAIRS} pairs of duties held apart "
                "and requirements on roles and times"
            )
        for pair, names in enumerate(edition.pairs):
            for side, name in enumerate(names):
                meant = {step.id for step in edition.procedure.meant(name)}
                for act, step in self.acting_as(edition):
                    if step is not None and step.id in meant:
                        yield edition.code, act, pair, side

    def _groups(self, edition: Edition) -> Iterator[tuple[int, ...]]:
        for band, group in enumerate(edition.procedure.limit_groups):
            compared, amount = compare(group.limit)
            for act, step in self.acting_as(edition):
                if compared and step is not None and step.id in group.steps:
                    yield edition.code, act, band, group.steps.index(step.id), compared, amount

    def _beside(self, edition: Edition) -> Iterator[tuple[int, ...]]:
        acts = {step.id: act for act, step in self.acting_as(edition) if step is not None}
        for step, others in edition.ahead.timed_beside.items():
            for other in others if step in acts else ():
                yield edition.code, acts[step], acts.get(other, -1)

    def _may_act(self, editions: Sequence[int]) -> list[tuple[int, ...]]:
        """Whether an acting role is wrong: 2 where nobody knows the role."""
        organisation: Organisation = self.world.organisation
        known = {*organisation.roles, *self._required}
        needed = {step.role for code in editions for step in self.edition(code).procedure.steps if step.role}
        needed |= {demand.role for code in editions for demand in self.edition(code).demands if demand.role}
        return [
            (
                self.required(role),
                acting,
                2 if word not in known else int(not organisation.may_act(word, role)),
            )
            for role in sorted(needed)
            for acting, word in enumerate(self.roles.meaning)
        ]

    def pair_facts(self, edition: Edition) -> tuple[str, ...]:
        """Names of the facts that say whether one person held two duties, then of those of demands."""
        pairs = (same_person_fact(first, second) for first, second in edition.pairs)
        return (*pairs, *(demand.fact for demand in edition.demands))


_NORM = (
    *(
        (name, "BIGINT")
        for name in ("edition", "act", "place", "step", "compared", "amount", "required", "clock")
    ),
    *((name, "BOOLEAN") for name in ("by_applicant", "is_timed", "may_follow", "is_end", "anytime")),
    *(
        (name, "BOOLEAN")
        for name in ("documented", "explained", "may_end", "watched", "rounded", *KIND_FLAGS)
    ),
)


def idle_seconds(asked: FactParameters) -> int:
    """Seconds of work after which a dossier lies idle; 0 where the packs do not ask."""
    return (asked.stagnant_after.working_seconds or 0) if asked.stagnant_after else 0


@dataclass(frozen=True)
class Links:
    """Rows that go with rows of `norm`, any number with each."""

    rows: Array
    """The rows of `norm`, ascending."""
    columns: Mapping[str, Array]

    def of(self, rows: Array) -> tuple[Array, Array]:
        """Of rows of `norm` those with a link, once for each: their places, and the places of the links."""
        first = np.searchsorted(self.rows, rows)
        counts = np.searchsorted(self.rows, rows, side="right") - first
        before = np.cumsum(counts) - counts
        return np.repeat(np.arange(len(rows)), counts), np.arange(counts.sum()) + np.repeat(
            first - before, counts
        )


@dataclass(frozen=True)
class NormTable:
    """The table `norm` as arrays, one row an edition and activity, and what goes with it."""

    columns: Mapping[str, Array]
    editions: Array
    """The editions, ascending; `row_of` has a line for each."""
    row_of: Array
    """Row of `norm` by place of the edition and activity; -1 where the activity does not occur."""
    duties: Links
    """`pair` and `side` (0 or 1) of the duties held apart that a step belongs to."""
    beside: Links
    """`other`: activities of steps with a limit that may still come beside a step."""
    of_editions: Mapping[str, Array]
    """What is asked of each edition: `at_limit_of`, `idle_seconds`, and whether its procedure has a step of
    each of `KIND_FLAGS`."""
    wrong: Array
    """By role asked for and role acting: 0, 1 or 2 as in `may_act`; the last of each is for none."""

    @classmethod
    def of(
        cls,
        editions: Sequence[Edition],
        rows: Sequence[Sequence[object]],
        duties: Sequence[Sequence[int]],
        beside: Sequence[Sequence[int]],
        may_act: Sequence[Sequence[int]],
        roles: tuple[int, int],
    ) -> NormTable:
        """Make the arrays of rows of tables; `roles` are how many may be asked for and act."""
        columns = {
            name: np.array([row[at] for row in rows], dtype=np.int64 if kind == "BIGINT" else np.bool_)
            for at, (name, kind) in enumerate(_NORM)
        }
        codes = np.array([edition.code for edition in editions], dtype=np.int64)
        row_of = np.full((len(codes), int(columns["act"].max(initial=0)) + 1), -1, dtype=np.int32)
        row_of[np.searchsorted(codes, columns["edition"]), columns["act"]] = np.arange(len(rows))

        def links(given: Sequence[Sequence[int]], *names: str) -> Links:
            table = np.array(given, dtype=np.int64).reshape(-1, len(names) + 2)
            row = row_of[np.searchsorted(codes, table[:, 0]), table[:, 1]]
            order = np.argsort(row, kind="stable")
            return Links(row[order], {name: table[order, at] for at, name in enumerate(names, 2)})

        required, acting, said = np.array(may_act, dtype=np.int64).reshape(-1, 3).T
        wrong = np.full(roles, 2, dtype=np.uint8)
        wrong[required, acting] = said
        asked = [edition.parameters for edition in editions]
        of_editions = {
            **{
                flag: np.array(
                    [bool(edition.procedure.of_kind(kind)) for edition in editions], dtype=np.int64
                )
                for flag, kind in KIND_FLAGS.items()
            },
            "at_limit_of": np.array([one.at_limit_of for one in asked], dtype=np.int64),
            "idle_seconds": np.array([idle_seconds(one) for one in asked], dtype=np.int64),
        }
        linked = links(duties, "pair", "side"), links(beside, "other")
        return cls(columns, codes, row_of, *linked, of_editions, wrong)

    def of_edition(self, name: str, editions: Array) -> Array:
        """A column of `of_editions` for editions."""
        return self.of_editions[name][np.searchsorted(self.editions, editions)]

    def rows(self, editions: Array, of: Array, acts: Array) -> Array:
        """Rows of events: `editions` of dossiers, the place of each event's dossier, and its activity."""
        found: Array = self.row_of[np.searchsorted(self.editions, editions).astype(np.int32)[of], acts]
        return found


def compare(limit: Limit | None) -> tuple[int, int]:
    """How a step's limit is compared and with what: 0 for none; part of a calendar day counts as one."""
    if limit is None or not limit.value or limit.value < 0:
        return 0, 0
    if limit.unit is TimeUnit.HOUR:
        return CLOCK, int(limit.value * 3600)
    if limit.unit is TimeUnit.DAY:
        return (DAYS, math.ceil(limit.value)) if limit.value >= 1 else (
            WORK, int(limit.value * HOURS_PER_WORKING_DAY * 3600)
        )  # fmt: skip
    return WORK, limit.working_seconds or 0
