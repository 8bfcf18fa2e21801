"""What a simulation begins with: versions in force, people who keep up, part of a period for a look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from iso_audit.errors import Fault, InputError
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import RoleLoad
from iso_audit.text import Text, number

Tell = Callable[[str, int, int], None]
QUICK, QUICK_DOSSIERS = 5, 10_000
"""Replications of a quick look, and about how many dossiers it takes at most."""


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
