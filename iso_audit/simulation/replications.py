"""Many replications on several processors, with the answers of one."""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache

from iso_audit.errors import Fault, InputError
from iso_audit.simulation.compare import Played
from iso_audit.simulation.measure import played
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.run import replicate

Task = tuple[bytes, bytes, int, int]
"""Digest of a plan, the plan, seed, number of the replication."""

_plans: dict[bytes, Plan] = {}
"""What a worker process has unpacked; a few at a time."""


def replications(
    plans: Sequence[Plan], seed: int, numbers: Iterable[int], processes: int = 1
) -> tuple[tuple[Played, ...], ...]:
    """Play the replications of these numbers of every plan: one tuple a plan, in the order of `numbers`.

    The answer is the same for any number of processes: a replication depends on its plan, the seed
    and its number alone. The processes stay until the program ends, since to start one takes long.
    """
    wanted = list(numbers)
    if processes <= 1 or len(wanted) * len(plans) <= 1:
        return tuple(tuple(played(plan, replicate(plan, seed, n)) for n in wanted) for plan in plans)
    packed = [pickle.dumps(plan) for plan in plans]
    tasks = [(hashlib.sha256(one).digest(), one, seed, number) for number in wanted for one in packed]
    found: list[Played] = []
    for answer in _pool(processes).map(_one, tasks):
        if not isinstance(answer, Played):
            raise InputError(answer)
        found.append(answer)
    return tuple(tuple(found[at :: len(plans)]) for at in range(len(plans)))


@lru_cache(maxsize=1)
def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))


def _one(task: Task) -> Played | tuple[Fault, ...]:
    """Play one replication in a worker; faults come back as values, since errors lose theirs on the way."""
    digest, packed, seed, number = task
    if digest not in _plans:
        if len(_plans) >= 4:
            _plans.clear()
        _plans[digest] = pickle.loads(packed)
    try:
        return played(_plans[digest], replicate(_plans[digest], seed, number))
    except InputError as error:
        return error.faults
