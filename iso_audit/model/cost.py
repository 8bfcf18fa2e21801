"""What following a procedure costs the citizen, in the columns of form 03/SCM-KSTT; exact, unrounded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class CostLine:
    """One work of the form: its time and money for one dossier, once."""

    number: str
    """1.1, 1.2 ... for the documents of the dossier, then 2, 3 ..."""
    name: Text
    hours: Fraction
    hourly_income: Fraction
    hired: Fraction
    fees: Fraction
    times: Fraction
    """How often it is done for one dossier, on average: 1, or the visits or supplements."""
    per: str = "dossier"
    """`dossier`, `visit` or `supplement`."""
    document: str = ""

    @property
    def once(self) -> Fraction:
        """Hours at the hourly income, hired help, fees."""
        return self.hours * self.hourly_income + self.hired + self.fees

    @property
    def per_dossier(self) -> Fraction:
        return self.once * self.times


@dataclass(frozen=True, slots=True)
class CostTable:
    """One block of the form: today, or after simplification."""

    lines: tuple[CostLine, ...]
    parties_per_year: Fraction
    """Obliged parties, each with `times_per_year` dossiers."""
    times_per_year: Fraction = Fraction(1)

    @property
    def per_dossier(self) -> Fraction:
        """C_1 of article 27: all works and fees of one dossier."""
        return sum((line.per_dossier for line in self.lines), Fraction(0))

    def per_year_of(self, line: CostLine) -> Fraction:
        return line.per_dossier * self.times_per_year * self.parties_per_year

    @property
    def per_year(self) -> Fraction:
        """C_1 times the dossiers of a year."""
        return self.per_dossier * self.times_per_year * self.parties_per_year


@dataclass(frozen=True, slots=True)
class CostComparison:
    """Block III of the form: what simplification saves."""

    before: CostTable
    after: CostTable

    @property
    def saving_per_dossier(self) -> Fraction:
        return self.before.per_dossier - self.after.per_dossier

    @property
    def saving_per_year(self) -> Fraction:
        return self.before.per_year - self.after.per_year

    @property
    def cut(self) -> Fraction | None:
        """Share of today's yearly cost that falls away, at most 1; None where nothing is paid today."""
        return self.saving_per_year / self.before.per_year if self.before.per_year else None
