"""The whole question: every proposal through the gate, then today and what passed played and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iso_audit.engine.courses import Courses
from iso_audit.engine.norms import APPLICANT
from iso_audit.errors import Fault, InputError
from iso_audit.judgement.cost import cost_table
from iso_audit.model.cost import CostComparison
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.rule import Rule
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import (
    Calibration,
    Comparison,
    Effect,
    Redesign,
    Refusal,
    RoleLoad,
    Sensitivity,
    SimulationOutcome,
)
from iso_audit.simulation.change import change_faults, redesigned
from iso_audit.simulation.compare import (
    PILOT,
    Play,
    Played,
    effects,
    effects_by,
    mean_quantiles,
    replicate_until,
    sensitivity,
    varied,
)
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.gate import Gate
from iso_audit.simulation.load import role_loads
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.replications import replications
from iso_audit.text import Text, number

Tell = Callable[[str, int, int], None]
QUICK, QUICK_DOSSIERS = 5, 10_000
"""Replications of a quick look, and about how many dossiers it takes at most."""
_FACTORS = ("durations", "arrivals")
ASSUMPTIONS = ("same_fate", "work_pauses", "other_steps", "numbers_from_owner")


def answered(
    workspace: Workspace,
    catalogue: Mapping[str, Rule],
    scenario: Scenario,
    *,
    even_if_unlawful: bool = False,
    quick: bool = False,
    processes: int = 1,
    tell: Tell = lambda *_: None,
    calibration: Calibration | None = None,
) -> SimulationOutcome:
    """Judge, play and compare all proposals of a scenario.

    Raises:
        InputError: a change names what is not there, or today's staff cannot do today's work.
    """
    scenario = shortened(scenario) if quick else scenario
    procedures = in_force(workspace, scenario)
    old = procedures[scenario.main.procedure]
    faults = [fault for one in scenario.proposals for fault in change_faults(old, scenario, one)]
    if faults:
        raise InputError(faults)
    today = compiled(scenario, procedures)
    loads = role_loads(today)
    refuse_overload(scenario, loads)
    gate = Gate(workspace, catalogue, scenario.first)
    stage = _Stage(scenario, procedures, processes, tell)
    passed, refused = [], []
    for proposal in scenario.proposals:
        redesign = stage.staffed(gate.judged(redesigned(old, scenario, proposal, workspace.organisation)))
        if redesign.is_lawful or (even_if_unlawful and redesign.is_whole):
            passed.append(redesign)
        else:
            refused.append(redesign)
    comparisons = [stage.compared(one, n, len(passed)) for n, one in enumerate(passed)]
    return SimulationOutcome(
        scenario=scenario,
        procedure=old,
        loads=loads,
        comparisons=tuple(comparisons),
        refused=tuple(refused),
        assumptions=ASSUMPTIONS,
        calibration=calibration,
        is_forced=any(not one.is_lawful for one in passed),
    )


def fitted_scenario(
    workspace: Workspace, scenario: Scenario, log: Courses, *, starts_known: bool
) -> tuple[Scenario, Calibration]:
    """The scenario with the numbers of a log, and how well these foretell dossiers that were kept apart.

    Raises:
        InputError: the log has no dossier of the procedure.
    """
    from iso_audit.simulation.fit import calibrated
    from iso_audit.simulation.hold_out import validated

    procedures = in_force(workspace, scenario)
    procedure = procedures[scenario.main.procedure]
    if not len(log.received_s):
        said = Text(*(each.format(procedure=procedure.id) for each in _NO_DOSSIERS))
        place = scenario.main.place
        raise InputError([Fault(said, place.file, place.line, place.column)])
    roles = workspace.organisation.roles.values()
    applicants = frozenset({APPLICANT, *(role.id for role in roles if role.is_applicant)})
    steps = compiled(scenario, procedures).steps
    stopping = frozenset(one.step.id for one in steps if one.load == 0 and one.waits_after)
    fitted, calibration = calibrated(
        scenario, procedure, log, applicants, stopping, starts_known=starts_known
    )
    return fitted, validated(
        scenario, procedures, log, applicants, stopping, calibration, starts_known=starts_known
    )


_NO_DOSSIERS = (
    "nhật ký không có hồ sơ nào của quy trình '{procedure}'",
    "the log has no dossier of procedure '{procedure}'",
)


def in_force(workspace: Workspace, scenario: Scenario) -> dict[str, Procedure]:
    """The version of every procedure of a scenario that is in force on its first day, else its last one."""
    found: dict[str, Procedure] = {}
    for load in scenario.loads:
        versions = [each for each in workspace.procedures if each.id == load.procedure]
        holding = [each for each in versions if each.in_force.holds(scenario.first)]
        found[load.procedure] = (holding or versions)[-1]
    return found


def shortened(scenario: Scenario) -> Scenario:
    """The scenario for a quick look: few replications, of the first part of the period where that is busy."""
    days = (scenario.last - scenario.first).days + 1
    dossiers = sum(load.arrivals.per_year for load in scenario.loads) / 365.25 * days
    kept = max(
        round(days * min(1.0, QUICK_DOSSIERS / max(dossiers, 1.0))), min(days, 2 * scenario.warm_up_days + 7)
    )
    return replace(
        scenario,
        last=scenario.first + dt.timedelta(days=kept - 1),
        precision=replace(scenario.precision, replications=QUICK, sensitivity=0),
    )


def refuse_overload(scenario: Scenario, loads: Sequence[RoleLoad]) -> None:
    """Where more work comes than can be done there is no lead time to speak of: the queue grows for ever."""
    faults = []
    for one in loads:
        if one.utilisation < 1:
            continue
        place = scenario.staff[one.role].place
        needed = one.utilisation * one.people
        said = Text(
            *(
                _OVERLOAD.fill(
                    lang,
                    {
                        "role": one.role,
                        "share": number(100 * one.utilisation, lang, 0),
                        "people": number(one.people, lang),
                        "needed": number(needed, lang, 1),
                        "growth": number(one.backlog_per_week, lang, 1),
                    },
                )
                for lang in ("vi", "en")
            )
        )
        faults.append(Fault(said, place.file, place.line, place.column))
    if faults:
        raise InputError(faults)


_OVERLOAD = Text(
    vi="chức danh '{role}' quá tải ngay ở hiện trạng: công việc bằng {share}% khả năng của {people} người "
    "(cần ít nhất {needed} người); mỗi tuần tồn thêm khoảng {growth} hồ sơ nên không có thời gian giải quyết "
    "ổn định để so sánh",
    en="role '{role}' is overloaded today: its work is {share}% of what {people} people can do (at least "
    "{needed} are needed); about {growth} dossiers more are left over every week, so that there is no steady "
    "lead time to compare",
)


@dataclass
class _Stage:
    """Plays plans; each replication of today's once, however many proposals are compared with it."""

    scenario: Scenario
    procedures: Mapping[str, Procedure]
    processes: int
    tell: Tell
    today: dict[tuple[str, float, int], Played] = field(default_factory=dict)
    """(factor, its change, number of the replication) -> today's procedure under them."""

    def staffed(self, redesign: Redesign) -> Redesign:
        """The redesign; refused where its people could not do its work."""
        if not redesign.is_whole:
            return redesign
        over = tuple(
            Refusal(
                None,
                "overloaded",
                {
                    "role": one.role,
                    "percent": round(100 * one.utilisation),
                    "growth": round(one.backlog_per_week, 1),
                },
            )
            for one in role_loads(self._plan(redesign))
            if one.utilisation >= 1
        )
        return replace(redesign, refusals=(*redesign.refusals, *over))

    def compared(self, redesign: Redesign, done: int, of: int) -> Comparison:
        """Play one proposal beside today until the differences are precise enough."""
        self.tell("simulate", done, of)
        proposed, precision = self._plan(redesign), self.scenario.precision
        as_is, to_be = replicate_until(self._player(self.scenario, proposed), precision)
        found = _effects(as_is, to_be, precision.confidence)
        confidence = precision.confidence
        roles, steps = (
            effects_by(
                [getattr(one, by) for one in as_is], [getattr(one, by) for one in to_be], confidence, by=by
            )
            for by in ("by_role", "by_step")
        )
        return Comparison(
            redesign=redesign,
            replications=len(as_is),
            dossiers=round(sum(one.dossiers for one in as_is) / len(as_is)),
            effects=found,
            by_role=roles,
            by_step=steps,
            loads=role_loads(proposed),
            sensitivities=tuple(self._sensitivities(redesign, found)),
            cost=_cost(self.scenario, redesign.scenario, found),
            samples={"lead": (mean_quantiles(as_is), mean_quantiles(to_be))},
        )

    def _plan(self, redesign: Redesign) -> Plan:
        main = {self.scenario.main.procedure: redesign.procedure}
        return compiled(redesign.scenario, {**self.procedures, **main})

    def _player(self, scenario: Scenario, proposed: Plan, factor: str = "", change: float = 0.0) -> Play:
        """Plays today's procedure under a scenario, where it was not played yet, and a proposed one."""

        def play(numbers: Sequence[int]) -> tuple[Sequence[Played], Sequence[Played]]:
            missing = [number for number in numbers if (factor, change, number) not in self.today]
            seed, processes = self.scenario.seed, self.processes
            before: Sequence[Played] = ()
            if len(missing) == len(numbers):
                plans = [compiled(scenario, self.procedures), proposed]
                before, after = replications(plans, seed, numbers, processes)
            else:
                (after,) = replications([proposed], seed, numbers, processes)
                if missing:
                    (before,) = replications([compiled(scenario, self.procedures)], seed, missing, processes)
            self.today |= {(factor, change, n): one for n, one in zip(missing, before, strict=True)}
            return [self.today[factor, change, number] for number in numbers], after

        return play

    def _sensitivities(self, redesign: Redesign, plain: Sequence[Effect]) -> Iterator[Sensitivity]:
        share = self.scenario.precision.sensitivity
        precision = replace(self.scenario.precision, replications=PILOT)
        for factor in _FACTORS if share else ():
            for change in (-share, share):
                before = varied(self.scenario, factor, change)
                after = self._plan(replace(redesign, scenario=varied(redesign.scenario, factor, change)))
                sides = replicate_until(self._player(before, after, factor, change), precision)
                yield sensitivity(factor, change, plain, _effects(*sides, precision.confidence))


def _cost(today: Scenario, proposed: Scenario, found: Sequence[Effect]) -> CostComparison | None:
    """The standard cost model on both sides, with the mean visits and supplements that were simulated."""
    if not today.citizen.works:
        return None
    means = {effect.measure: effect for effect in found}
    sides = []
    for scenario, side in ((today, "as_is"), (proposed, "to_be")):
        often = [getattr(means[name], side).mean for name in ("visits", "supplements")]
        sides.append(cost_table(scenario.citizen, scenario.main.arrivals.per_year, *often))
    return CostComparison(*sides)


def _effects(as_is: Sequence[Played], to_be: Sequence[Played], confidence: float) -> tuple[Effect, ...]:
    return effects([one.measures for one in as_is], [one.measures for one in to_be], confidence)
