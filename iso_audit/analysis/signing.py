"""Who signs for whom, and whether somebody reviews before the leadership signs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from iso_audit.analysis.duties import DutyConflict, duty_conflicts
from iso_audit.analysis.study import Study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Separation, Step

TURNED_AWAY = ("refuse", "stop", "withdraw")
"""Kinds after which a dossier gets no result that would have to be reviewed and signed."""


def stands_for(organisation: Organisation, role: str, authority: str) -> bool:
    """Whether a step of `role` is a step of the authority: itself, who covers it, or its deputy.

    A deputy signs in the stead of the leader who covers it; a specialist whom the leader could
    replace as well is no deputy.
    """
    known = organisation.roles.get(role)
    is_deputy = known is not None and known.is_leader and organisation.may_act(authority, role)
    return organisation.may_act(role, authority) or is_deputy


def in_one_hand(study: Study, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, ...], DutyConflict]:
    """The pairs of duties that the definition leaves in one hand, each with its first conflict."""
    asked = replace(study.procedure, separation=tuple(Separation(pair) for pair in pairs))
    conflicts = duty_conflicts(asked, study.organisation, study.can_meet)
    return {conflict.duties: conflict for conflict in reversed(conflicts)}


def unreviewed(study: Study, leaders: Collection[str]) -> list[tuple[Step, tuple[str, ...]]]:
    """Signatures of `leaders` to which a dossier can come without a review, each with a shortest run."""
    run = study.run_avoiding(("review", *TURNED_AWAY)) or ()
    signing = study.procedure.of_kind("approve_sign")
    return [(step, run) for step in signing if step.role in leaders and step.id in run]


def run_signed_by_others(study: Study, competent: tuple[str, ...]) -> tuple[str, ...] | None:
    """A shortest run that ends without any of the signing steps `competent`; None if there is none."""
    return study.run_avoiding((*competent, *TURNED_AWAY))
