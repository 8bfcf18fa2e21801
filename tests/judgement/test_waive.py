"""Waivers cover what they name, on the days they hold, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from iso_audit.judgement.waive import idle, meant, waived
from iso_audit.model.finding import Finding, Grade
from iso_audit.model.nonconformity import Idle, Waiver
from iso_audit.text import Text

FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 6, 30)
DAY = dt.timedelta(days=1)
FOUND = Finding("DEF-TIME-02", "one-unit", "units", Grade.MINOR, "p@2020-01-01", step="check")
WAIVER = Waiver("DEF-TIME-02", "p", Text("lý do"), "Chủ tịch", FIRST, LAST, step="check")

names = st.sampled_from(["", "a", "b"])
findings = st.builds(
    Finding,
    code=st.sampled_from(["DEF-A-01", "DEF-A-02"]),
    rule=st.just("r"),
    requirement=st.sampled_from(["x", "y"]),
    grade=st.sampled_from(Grade),
    procedure=st.sampled_from(["p", "p@2020-01-01", "q"]),
    unit=names,
    step=names,
    variant=names,
)
waivers = st.builds(
    Waiver,
    code=st.sampled_from(["DEF-A-01", "DEF-A-02"]),
    procedure=st.sampled_from(["p", "p@2020-01-01", "q"]),
    reason=st.just(Text("lý do")),
    approved_by=st.just("ai đó"),
    approved_on=st.just(FIRST),
    until=st.just(LAST),
    step=names,
    unit=names,
    variant=names,
    requirement=st.sampled_from(["", "x", "y"]),
)


def test_a_waiver_holds_from_its_approval_to_its_last_day_and_not_a_day_longer() -> None:
    held = {day: not waived([FOUND], [WAIVER], day)[0] for day in (FIRST - DAY, FIRST, LAST, LAST + DAY)}
    assert held == {FIRST - DAY: False, FIRST: True, LAST: True, LAST + DAY: False}


def test_a_waiver_that_has_expired_or_is_not_yet_in_force_is_told() -> None:
    for day, why in ((LAST + DAY, Idle.EXPIRED), (FIRST - DAY, Idle.EARLY)):
        standing, tolerated = waived([FOUND], [WAIVER], day)
        assert standing == (FOUND,)
        assert [one.why for one in idle([WAIVER], standing, tolerated, day, lambda _: True)] == [why]


def test_a_waiver_that_fits_no_finding_is_stale_and_shows_what_is_near() -> None:
    other = replace(FOUND, step="sign")
    standing, tolerated = waived([other], [WAIVER], FIRST)
    (told,) = idle([WAIVER], standing, tolerated, FIRST, lambda _: True)
    assert (told.why, told.near) == (Idle.STALE, (other,))


def test_a_renewal_is_not_called_stale_before_its_first_day() -> None:
    renewed = replace(WAIVER, approved_on=LAST + DAY, until=LAST + 90 * DAY)
    both = [WAIVER, renewed]
    standing, tolerated = waived([FOUND], both, LAST)
    assert idle(both, standing, tolerated, LAST, lambda _: True) == ()
    standing, tolerated = waived([FOUND], both, LAST + DAY)
    told = idle(both, standing, tolerated, LAST + DAY, lambda _: True)
    assert [(one.waiver, one.why) for one in told] == [(WAIVER, Idle.STALE)]


def test_of_a_question_that_was_not_put_nothing_is_told() -> None:
    assert idle([WAIVER], [], [], FIRST, lambda _: False) == ()


@given(st.lists(findings, max_size=6), st.lists(waivers, max_size=4))
def test_no_finding_is_lost_and_none_is_covered_by_what_names_another(
    found: list[Finding], held: list[Waiver]
) -> None:
    standing, tolerated = waived(found, held, FIRST)
    assert sorted([*standing, *(one.finding for one in tolerated)], key=repr) == sorted(found, key=repr)
    for one in tolerated:
        waiver, finding = one.waiver, one.finding
        assert (waiver.code, waiver.step, waiver.unit) == (finding.code, finding.step, finding.unit)
        assert waiver.variant in ("", finding.variant)
        assert finding.procedure in (waiver.procedure, f"{waiver.procedure}@2020-01-01")
        assert waiver.requirement in ("", finding.requirement)
    for finding in standing:
        for waiver in held:
            same = [each for each in found if waiver.fits(each) and each.procedure == finding.procedure]
            alike = [each for each in same if each.variant == waiver.variant]
            assert not waiver.fits(finding) or (len(same) > 1 and alike != [finding])


def test_what_a_waiver_leaves_out_is_no_matter_where_one_finding_alone_fits() -> None:
    one, other = replace(FOUND, variant="units"), replace(FOUND, variant="case x")
    assert meant(WAIVER, [one]) == [one]
    assert meant(WAIVER, [one, other]) == []
    assert meant(WAIVER, [one, FOUND]) == [FOUND]
    assert meant(replace(WAIVER, variant="units"), [one, other]) == [one]
    twice = [FOUND, replace(FOUND, requirement="other")]
    assert meant(WAIVER, twice) == []
    (told,) = idle([WAIVER], twice, [], FIRST, lambda _: True)
    assert (told.why, list(told.near)) == (Idle.VAGUE, twice)


def test_a_waiver_of_every_version_covers_one_finding_in_each() -> None:
    versions = [FOUND, replace(FOUND, procedure="p@2024-01-01", variant="units")]
    assert meant(WAIVER, versions) == versions
