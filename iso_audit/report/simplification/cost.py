"""The table of compliance costs: form 03/SCM-KSTT, today beside the proposal."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from iso_audit.model.cost import CostComparison, CostLine
from iso_audit.report.facts import NOTHING
from iso_audit.report.simplification.quantities import plain
from iso_audit.report.simplification.values import CostRow
from iso_audit.report.words import Words
from iso_audit.text import number, percent

_MILLION = 1_000_000


def cost_rows(found: CostComparison, words: Words) -> Iterable[CostRow]:
    """One row a work, then the sums of a dossier and of a year, and what is saved."""
    lang = words.lang
    by_name = {(line.document, words.say(line.name)): line for line in found.after.lines}
    for line in found.before.lines:
        then = by_name.get((line.document, words.say(line.name)))
        yield CostRow(
            f"{line.number}. {words.say(line.name)}",
            (
                number(float(line.hours), lang),
                _money(line.hired + line.fees, lang),
                number(float(line.times), lang, 2),
                NOTHING if then is None else number(float(then.times), lang, 2),
                _money(line.per_dossier, lang),
                NOTHING if then is None else _money(then.per_dossier, lang),
            ),
        )
    had = {(line.document, words.say(line.name)) for line in found.before.lines}
    for line in found.after.lines:
        if (line.document, words.say(line.name)) not in had:
            yield _new(line, words)
    before_sum, after_sum = found.before.per_dossier, found.after.per_dossier
    blank = ("", "", "", "")
    yield CostRow(
        words("sim.cost.per_dossier"), (*blank, _money(before_sum, lang), _money(after_sum, lang)), True
    )
    yearly = [_money(Fraction(one.per_year, _MILLION), lang, 1) for one in (found.before, found.after)]
    yield CostRow(words("sim.cost.per_year"), (*blank, *yearly), True)
    cut = found.cut
    if cut is not None:
        said = percent(cut.numerator, cut.denominator, lang)
        saved = _money(Fraction(found.saving_per_year, _MILLION), lang, 1)
        yield CostRow(words("sim.cost.saved"), (*blank, saved, said), True)


def _new(line: CostLine, words: Words) -> CostRow:
    lang = words.lang
    cells = (
        number(float(line.hours), lang),
        _money(line.hired + line.fees, lang),
        NOTHING,
        number(float(line.times), lang, 2),
        NOTHING,
        _money(line.per_dossier, lang),
    )
    return CostRow(words.say(line.name), cells)


def _money(amount: Fraction, lang: str, decimals: int = 0) -> str:
    return plain(amount, lang, decimals)
