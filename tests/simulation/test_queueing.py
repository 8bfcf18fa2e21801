"""Waiting as queueing theory has it: Erlang C, Pollaczek-Khinchine, Jackson; 99 % intervals, fixed seeds."""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np
import pytest
from scipy.stats import t

from iso_audit.model.procedure import Flow, Procedure
from iso_audit.model.scenario import Arrivals, Load, Spread
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.run import replicate
from tests.simulation.scenes import ALWAYS, exponential, lognormal, scenario, single
from tests.strategies import step

DAYS, WARM_UP = 61, 5
A_DAY = 365
"""Dossiers a year of one a day, in a calendar that works day and night."""


def waits(plan: Plan, replications: int, what: str = "waited") -> np.ndarray:
    """The mean over the measured dossiers, by replication."""
    found = []
    for number in range(replications):
        main = replicate(plan, 20260302, number).loads[0]
        found.append(np.nanmean(getattr(main, what)[main.is_measured]))
    return np.array(found)


def holds(values: np.ndarray, expected: float) -> bool:
    """Whether the 99 % interval of the mean holds what is expected."""
    reach = t.ppf(0.995, len(values) - 1) * values.std(ddof=1) / sqrt(len(values))
    return bool(abs(values.mean() - expected) <= reach)


def desk(service: Spread, people: int, per_day: float) -> Plan:
    load = Load("p", Arrivals(per_day * A_DAY), durations={"work": service})
    scene = scenario(load, staff={"r": people}, days=DAYS, office=ALWAYS, warm_up_days=WARM_UP)
    return compiled(scene, {"p": single()})


def erlang_c_wait(rate: float, service: float, people: int) -> float:
    """Mean wait in M/M/c (A. K. Erlang, 1917)."""
    offered = rate * service
    last = offered**people / factorial(people) * people / (people - offered)
    queued = last / (sum(offered**n / factorial(n) for n in range(people)) + last)
    return queued * service / (people - offered)


@pytest.mark.parametrize(("people", "load"), [(1, 0.6), (4, 0.8)])
def test_many_clerks_wait_as_erlang_says(people: int, load: float) -> None:
    service = 600.0
    rate = load * people / service
    plan = desk(exponential(service), people, rate * 86_400)
    assert holds(waits(plan, 12), erlang_c_wait(rate, service, people))


def test_uneven_work_waits_as_pollaczek_and_khinchine_say() -> None:
    service, deviation, load = 600.0, 900.0, 0.6
    rate = load / service
    expected = rate * (service**2 + deviation**2) / (2 * (1 - load))
    assert holds(waits(desk(lognormal(service, deviation), 1, rate * 86_400), 16), expected)


def test_a_network_with_rework_waits_as_jackson_says() -> None:
    """Each role as M/M/c with what the traffic equations bring to it."""
    people, again = {"a": 2, "b": 1, "c": 3}, 0.25
    service = {"a": 600.0, "b": 300.0, "c": 900.0}
    check = step("c", Flow("a", "again"), Flow("d", "done"), role="c")
    steps = (step("a", "b", role="a"), step("b", "c", role="b"), check, step("d", role="nobody"))
    rate = 0.6 * 2 / 600 * (1 - again)
    load = Load(
        "p",
        Arrivals(rate * 86_400 * A_DAY),
        durations={name: exponential(mean) for name, mean in service.items()},
        branches={"c": {"again": again}},
    )
    scene = scenario(load, staff=people, days=DAYS, office=ALWAYS, warm_up_days=WARM_UP)
    plan = compiled(scene, {"p": Procedure("p", steps, start="a")})
    inside = rate / (1 - again)
    stay = sum(service[name] + erlang_c_wait(inside, service[name], people[name]) for name in people)
    assert holds(waits(plan, 12, "lead"), stay / (1 - again))


@pytest.mark.full
def test_ciw_waits_as_long() -> None:
    ciw = pytest.importorskip("ciw")
    service, people, rate = 600.0, 4, 0.8 * 4 / 600
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Exponential(1 / service)],
        number_of_servers=[people],
    )
    theirs = []
    for seed in range(12):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(DAYS * 86_400)
        records = simulation.get_all_records(only=["service"])
        theirs.append(np.mean([one.waiting_time for one in records if one.arrival_date > WARM_UP * 86_400]))
    ours = waits(desk(exponential(service), people, rate * 86_400), 12)
    spread = sqrt(np.var(theirs, ddof=1) / 12 + ours.var(ddof=1) / 12)
    assert abs(np.mean(theirs) - ours.mean()) < 3 * spread
