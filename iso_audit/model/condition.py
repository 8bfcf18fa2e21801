"""When a requirement applies: facts of the procedure, and of the dossier where it has any."""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.model.procedure import Procedure

Conditions = Mapping[str, object]
"""Name of a fact -> what it must be, or the values of which any will do; `not` holds conditions none of
which may hold."""


def holds(when: Conditions, procedure: Procedure, case: str) -> bool:
    """Whether every condition holds for a dossier of `case` under a procedure."""
    return all(_holds(name, wanted, procedure, case) for name, wanted in when.items())


def _holds(name: str, wanted: object, procedure: Procedure, case: str) -> bool:
    if name == "not":
        assert isinstance(wanted, Mapping)
        return not any(_holds(each, value, procedure, case) for each, value in wanted.items())
    one_of = wanted if isinstance(wanted, tuple | list) else (wanted,)
    if name == "same_day":
        return procedure.same_day is wanted
    if name == "extent":
        return procedure.extent in one_of
    if name == "level":
        return procedure.level in one_of
    if name == "procedures":
        return procedure.id in one_of
    if name == "case":
        return (case or "default") in one_of
    if name == "has_kind":
        return any(procedure.of_kind(str(kind)) for kind in one_of)
    if name == "linked":
        return is_linked(procedure) is wanted
    raise ValueError(f"no condition is called {name!r}")


def names_case(when: Conditions) -> bool:
    """Whether the conditions ask for the case of a dossier."""
    other = when.get("not")
    return "case" in when or (isinstance(other, Mapping) and "case" in other)


def is_linked(procedure: Procedure) -> bool:
    """Whether several agencies handle the procedure together (một cửa liên thông)."""
    other = any(not step.part for step in procedure.steps)
    return len(procedure.parts) + (1 if procedure.parts and other else 0) > 1
