"""The standard cost model: what a procedure costs those who must follow it.

    cost of a work = hours x average income of an hour + hired help + fees
    cost of a dossier = sum over the works; of a year: times dossiers in the year

Source: TT 02/2017/TT-VPCP, article 27; form 03/SCM-KSTT. The hours are those of the obliged party, never
the office's; opportunity cost is not counted. How often somebody has to come, and how often a supplement
is asked for, comes from the simulation, so that less rework shows as money. All sums are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from iso_audit.model.cost import CostLine, CostTable
from iso_audit.model.scenario import Citizen, Works


def cost_table(
    citizen: Citizen,
    dossiers_per_year: float | Fraction,
    visits: float | Fraction = 1,
    supplements: float | Fraction = 0,
    times_per_year: float | Fraction = 1,
) -> CostTable:
    """Fill in one block of the form.

    Args:
        citizen: Works and hourly income.
        dossiers_per_year: Dossiers of all parties; with `times_per_year` each the parties are fewer.
        visits: How often the applicant comes for one dossier, on average.
        supplements: How often one dossier is sent back for a supplement, on average.
        times_per_year: How often one party has to do it in a year.

    Raises:
        ValueError: a number is negative, or `times_per_year` is 0.
    """
    often = {"dossier": Fraction(1), "visit": _exact(visits), "supplement": _exact(supplements)}
    times, dossiers = _exact(times_per_year), _exact(dossiers_per_year)
    if min(*often.values(), dossiers) < 0 or times <= 0:
        raise ValueError("counts of the standard cost model cannot be negative")
    return CostTable(tuple(_lines(citizen, often)), dossiers / times, times)


def _lines(citizen: Citizen, often: Mapping[str, Fraction]) -> list[CostLine]:
    """Documents of the dossier first, as the form numbers them."""
    documents = [works for works in citizen.works if works.document]
    others = [works for works in citizen.works if not works.document]
    numbered = [(f"1.{n}", works) for n, works in enumerate(documents, 1)]
    numbered += [(str(n), works) for n, works in enumerate(others, 2 if documents else 1)]
    return [_line(number, works, citizen, often) for number, works in numbered]


def _line(number: str, works: Works, citizen: Citizen, often: Mapping[str, Fraction]) -> CostLine:
    return CostLine(
        number=number,
        name=works.name,
        hours=_exact(works.hours),
        hourly_income=_exact(citizen.hourly_income),
        hired=_exact(works.hired_cost),
        fees=_exact(works.fees),
        times=often[works.per],
        per=works.per,
        document=works.document,
    )


def _exact(value: float | Fraction) -> Fraction:
    """The number that was written: 0.1 is a tenth."""
    return value if isinstance(value, Fraction) else Fraction(str(value))
