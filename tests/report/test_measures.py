"""Tables of measures add up, say what they count, and are cut only where the report says so."""

from __future__ import annotations

from fractions import Fraction

import pytest

from iso_audit.model.measure import Measures
from iso_audit.report.facts import Facts
from iso_audit.report.measures import headlines, tables
from iso_audit.report.tabular import Kind, Table, said, shown
from iso_audit.report.view import MEASURED
from iso_audit.report.words import words
from tests.report import example

LONGEST_NAME = 31
"""Letters that Excel allows the name of a sheet."""


def facts(lang: str = "en") -> Facts:
    workspace = example.workspace()
    return Facts(words(lang), workspace.organisation, {p.key: p for p in workspace.procedures})


def made(lang: str = "en") -> dict[str, Table]:
    return {table.key: table for table in tables(example.outcome().measures, facts(lang))}


def column(table: Table, key: str) -> list[object]:
    at = [each.key for each in table.columns].index(key)
    return [row[at] for row in table.rows]


@pytest.mark.parametrize("mark", ["procedure", "unit", "channel", "month"])
@pytest.mark.parametrize("key", ["rate", "course"])
def test_the_first_row_is_the_sum_of_the_others(key: str, mark: str) -> None:
    table = made()[f"{key}.{mark}"]
    for each in table.columns[1:]:
        if each.kind is Kind.COUNT:
            total, *parts = column(table, each.key)
            assert total == sum(parts)


def test_the_rate_is_its_numerator_by_its_denominator() -> None:
    table = made()["rate.unit"]
    standing = ("early", "on_time", "overdue", "pending_in_time", "pending_overdue", "undetermined")
    rows = zip(*(column(table, key) for key in (*standing, "good", "due", "rate")), strict=True)
    for *stands, good, due, rate in rows:
        assert rate == Fraction(good, due)
        assert (good, due) == (sum(stands[:2]), sum(stands[:3]) + stands[4])


def test_work_and_waiting_of_units_are_those_of_their_steps() -> None:
    found = example.outcome().measures.steps
    table = made()["work"]
    assert column(table, "worked")[0] == sum(one.worked_seconds for one in found)
    assert column(table, "waited")[0] == sum(one.waited_seconds for one in found)
    assert sum(column(table, "executions")[1:]) == sum(column(made()["steps"], "executions"))


def test_what_was_not_measured_is_a_dash_and_never_a_nought() -> None:
    table = made()["steps"]
    unknown = next(row for row in table.rows if row[1] == words("en")("measure.no_step"))
    assert [said(unknown[-1], Kind.SHARE, "en"), said(unknown[6], Kind.HOURS, "vi")] == ["–", "–"]
    assert said(0, Kind.COUNT, "vi") == "0"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_table_says_what_it_counts_and_its_name_fits_a_sheet(lang: str) -> None:
    say = words(lang)
    titles = [table.title(say) for table in made(lang).values()]
    assert len({title.lower() for title in titles}) == len(titles)
    assert max(map(len, titles)) <= LONGEST_NAME
    assert all(table.said(say) for table in made(lang).values())


def test_the_report_says_how_many_rows_it_leaves_to_the_workbook() -> None:
    assert set(MEASURED) <= set(made())
    table = made()["rate.month"]
    cut = shown(table, facts(), 3)
    assert (len(cut.rows), cut.left) == (3, len(table.rows) - 3)
    assert shown(table, facts(), 99).left == 0


def test_months_are_written_as_offices_write_them() -> None:
    assert [row[0] for row in shown(made("vi")["rate.month"], facts("vi"), 3).rows] == [
        "Tổng",
        "01/2020",
        "02/2020",
    ]


def test_without_dossiers_nothing_is_said() -> None:
    assert headlines(Measures(), facts()) == ()
    assert not any(table.rows for table in tables(Measures(), facts()))
