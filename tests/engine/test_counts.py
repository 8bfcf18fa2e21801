"""Whatever a file holds, every row of it is counted once: kept, ignored or refused with its place."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit.engine.duck import DuckEngine
from iso_audit.errors import InputError
from iso_audit.model.log import Intake, LogMapping, TableMapping
from tests.engine.test_bad_logs import WORLD

SEVERAL = ("H-1", "H-2", "H-3", " H-1 ", "")
MOMENTS = (
    "2024-04-01 08:00",
    "02/04/2024 09:30",
    "2024-04-03",
    "",
    "32/01/2024",
    "1900-01-01",
    "2099-12-31",
    "hôm qua",
)
EVENT = ("mã", "việc", "bắt đầu", "kết thúc")
DOSSIER = ("mã", "nhận", "thủ tục")
TWO = LogMapping(
    "dirty",
    TableMapping({"dossier_id": "mã", "step": "việc", "started_at": "bắt đầu", "finished_at": "kết thúc"}),
    TableMapping({"dossier_id": "mã", "received_at": "nhận", "procedure": "thủ tục"}),
    "dossiers.csv",
    steps={"Tiếp nhận": "receive", "Kiểm tra": "check"},
    ignored=("Ghi chú",),
    procedure="permit",
    dates=("%d/%m/%Y %H:%M",),
)
FLAT = LogMapping(
    "flat", TWO.events, TableMapping({"dossier_id": "mã", "received_at": "nhận"}), "events",
    steps=TWO.steps, ignored=TWO.ignored, procedure="permit", dates=TWO.dates,
)  # fmt: skip

clean = st.tuples(
    st.sampled_from(SEVERAL), st.sampled_from(("Tiếp nhận", "Kiểm tra", "Nhảy múa", "Ghi chú", "")),
    st.sampled_from(MOMENTS), st.sampled_from(MOMENTS),
).map(",".join)  # fmt: skip
broken = st.sampled_from(("H-1", "H-1,Tiếp nhận,,,,,", 'H-2,"Kiểm tra,2024-04-01 08:00,', "a,b,c,d,e,f"))
about = st.tuples(
    st.sampled_from(SEVERAL), st.sampled_from(MOMENTS), st.sampled_from(("permit", "", "other"))
).map(",".join)


def account(folder: Path, mapping: LogMapping) -> tuple[Intake, Counter[str], list[dict[str, str]]] | None:
    """What is said of a log, and all its refused rows; None where it is refused as a whole."""
    try:
        held = DuckEngine().take_in(folder / "events.csv", mapping, WORLD)
    except InputError:
        return None
    with held:
        held.write_refused(folder / "refused.csv")
        text = (folder / "refused.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(text.splitlines()))
        return held.intake, Counter(Path(row["file"]).name for row in rows), rows


def put(path: Path, head: tuple[str, ...], lines: list[str]) -> None:
    path.write_text("\n".join([",".join(head), *lines]) + "\n", encoding="utf-8")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(clean, min_size=4, max_size=25), st.lists(broken, max_size=2), st.lists(about, max_size=8))
def test_counts_in_kept_ignored_and_refused_add_up(
    events: list[str], bad: list[str], cases: list[str]
) -> None:
    good = ["H-1,Tiếp nhận,2024-04-01 08:00,2024-04-01 08:30"] * (len(events) + len(bad) + len(cases))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        put(folder / "events.csv", EVENT, [*good, *events, *bad])
        put(folder / "dossiers.csv", DOSSIER, cases)
        told = account(folder, TWO)
    if told is None:
        return
    intake, refused, rows = told
    assert intake.event_rows == intake.events_kept + intake.events_ignored + refused["events.csv"]
    assert intake.refused_count == len(rows) == sum(intake.refused_reasons.values())
    assert Counter(row["reason"] for row in rows) == intake.refused_reasons
    assert intake.dossier_rows == intake.dossiers_kept + refused["dossiers.csv"]
    assert 0 <= intake.dossiers_open <= intake.dossiers_examined
    lines = 1 + len(good) + len(events) + len(bad)
    assert all(1 < int(row["row"]) <= lines for row in rows)
    if not any('"' in line for line in bad):
        assert intake.event_rows == lines - 1


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(clean, st.sampled_from(MOMENTS)).map(",".join), min_size=4, max_size=20))
def test_a_flat_log_counts_its_events_and_its_dossiers_apart(events: list[str]) -> None:
    good = ["H-1,Tiếp nhận,2024-04-01 08:00,2024-04-01 08:30,2024-04-01 08:00"] * len(events)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        put(folder / "events.csv", (*EVENT, "nhận"), [*good, *events])
        told = account(folder, FLAT)
    if told is None:
        return
    intake, _, rows = told
    of_dossiers = [row for row in rows if row["reason"] == "contradicts" or row["column"] == "nhận"]
    of_events = len(rows) - len(of_dossiers)
    assert (
        intake.event_rows == len(good) + len(events) == intake.events_kept + intake.events_ignored + of_events
    )
    assert intake.dossier_rows == intake.dossiers_kept + len(of_dossiers)
