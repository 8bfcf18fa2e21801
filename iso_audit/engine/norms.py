"""What the definitions say, as tables that stand beside the log: one row an edition and activity.

Only editions that occur in the log get rows, so that a large workspace costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from iso_audit.engine.ahead import is_timed
from iso_audit.engine.editions import APPLICANT, KIND_FLAGS, MOST_PAIRS, Edition, compare
from iso_audit.engine.norm_table import NORM, NormTable
from iso_audit.engine.store import Store, integers
from iso_audit.engine.words import Words
from iso_audit.errors import EngineError
from iso_audit.model.log import (
    DOCUMENTED_KINDS,
    EXPLAINED_KINDS,
    FactParameters,
    World,
    same_person_fact,
)
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Step


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
        store.put("norm", {name: (kind, [row[at] for row in rows]) for at, (name, kind) in enumerate(NORM)})
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
                yield (edition.code, act, place, 0, 0, 0, -1, 0, *([False] * (len(NORM) - 8)))
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
