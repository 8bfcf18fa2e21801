"""An estimate of what is left is given when the pace can tell, and never before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.cli.pace import FEWEST_DONE, SHORTEST_SECONDS, Pace


@pytest.mark.parametrize(
    ("done", "of", "passed"),
    [(0, 9, 60.0), (1, 9, 60.0), (5, 9, SHORTEST_SECONDS - 0.1), (9, 9, 60.0), (3, 0, 9.0)],
)
def test_nothing_is_said_before_two_parts_and_some_seconds_nor_at_the_end(done, of, passed):
    pace = Pace(100.0)
    pace.tell(done, of, 100.0 + passed)
    assert pace.left(100.0 + passed, "vi") == ""


def test_the_estimate_counts_down_and_falls_silent_when_it_has_run_out():
    pace = Pace(0.0)
    pace.tell(2, 8, 100.0)
    assert pace.left(100.0, "vi") == "còn khoảng 5 phút ở việc này"
    assert pace.left(100.0, "en") == "about 5 min left of this stage"
    assert pace.left(301.0, "en") == "about 100 s left of this stage"
    assert pace.left(400.0, "en") == ""
    pace.tell(8, 8, 410.0)
    assert pace.left(410.0, "en") == ""


def test_a_stage_that_begins_anew_is_timed_anew():
    pace = Pace(0.0)
    pace.tell(90, 100, 50.0)
    pace.tell(0, 100, 60.0)
    assert pace.left(60.0, "en") == ""
    pace.tell(50, 100, 70.0)
    assert pace.left(70.0, "en") == "about 10 s left of this stage"


@given(st.integers(FEWEST_DONE, 500), st.integers(1, 500), st.floats(SHORTEST_SECONDS, 1e5))
def test_a_steady_pace_is_foretold_to_the_end(done, more, passed):
    pace = Pace(0.0)
    pace.tell(done, done + more, passed)
    assert pace.ends == pytest.approx(passed * (done + more) / done)
