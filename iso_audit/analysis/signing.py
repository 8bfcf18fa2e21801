"""Whether the competent authority signs on every run, and somebody reviews before the leadership signs."""

from __future__ import annotations

from collections.abc import Collection

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step

TURNED_AWAY = ("refuse", "stop", "withdraw")
"""Kinds after which a dossier gets no result that would have to be reviewed and signed."""


def unreviewed(study: Study, leaders: Collection[str]) -> list[tuple[Step, tuple[str, ...]]]:
    """Signatures of `leaders` to which a dossier can come without a review, each with a shortest run."""
    run = study.run_avoiding(("review", *TURNED_AWAY)) or ()
    signing = study.procedure.of_kind("approve_sign")
    return [(step, run) for step in signing if step.role in leaders and step.id in run]


def run_signed_by_others(study: Study, competent: tuple[str, ...]) -> tuple[str, ...] | None:
    """A shortest run that ends without any of the signing steps `competent`; None if there is none."""
    return study.run_avoiding((*competent, *TURNED_AWAY))
