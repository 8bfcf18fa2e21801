"""Grading: from breaches to the grade of a finding, with the ground that gave it.

The grade a requirement names is where grading starts. Many minor breaches of one requirement
in one unit can show that a system fails, and then make one major finding (ISO/IEC 17021-1:2015,
3.12, Note 1). The thresholds are an office's to set; what was applied is printed with each
finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from iso_audit.model.finding import Finding, Grade


@dataclass(frozen=True, slots=True)
class Scale:
    """When breaches of one requirement in one unit amount to a systemic failure.

    `few_dossiers` bounds what counts as a small number of dossiers examined; among them
    `few_breaches` suffice, above it the share `share` of those examined is needed (and no fewer
    than `few_breaches`).
    """

    few_dossiers: int = 50
    few_breaches: int = 3
    share: Fraction = Fraction(1, 10)

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Scale:
        """Make a scale from the `grading` of the settings; what is not set keeps its default."""
        default = cls()
        return cls(
            int(str(settings.get("few_dossiers", default.few_dossiers))),
            int(str(settings.get("few_breaches", default.few_breaches))),
            Fraction(str(settings.get("share", default.share))),
        )

    def is_systemic(self, failed: int, examined: int) -> bool:
        """Whether `failed` dossiers of `examined` in one unit show that the system fails."""
        if failed < self.few_breaches:
            return False
        return examined <= self.few_dossiers or failed >= self.share * examined


_NOT_OF_DOSSIERS = frozenset({"REC-02"})
"""Codes that count numbers: so many of them that differ do not show that so many dossiers do."""


def graded(findings: Iterable[Finding], scale: Scale) -> list[Finding]:
    """Give each finding its grade and the ground of it, gravest first.

    Grounds: `requirement` (the grade the requirement names), `breach` (the rule itself names a
    graver or milder grade for this breach), `systemic` (minor, but as often as `scale` says).
    An observation stays one however frequent: it breaks no requirement. A finding on a
    definition keeps its grade, because every dossier will meet it.
    """
    return sorted((_graded(finding, scale) for finding in findings), key=_gravest_first)


def _graded(finding: Finding, scale: Scale) -> Finding:
    if (
        finding.grade is Grade.MINOR
        and not finding.on_definition
        and finding.code not in _NOT_OF_DOSSIERS
        and scale.is_systemic(finding.failed, finding.checked)
    ):
        return replace(finding, grade=Grade.MAJOR, ground="systemic")
    return replace(finding, ground="requirement" if finding.grade is finding.base_grade else "breach")


def _gravest_first(finding: Finding) -> tuple[object, ...]:
    return (
        finding.grade.rank, not finding.on_definition, finding.code, finding.procedure,
        finding.unit, finding.step, finding.requirement, finding.variant,
    )  # fmt: skip
