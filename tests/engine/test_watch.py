"""The share of a statement that is told is the database's own, only grows, and changes nothing."""

from __future__ import annotations

import pytest

from iso_audit.engine import watch
from iso_audit.engine.protocol import unheard
from iso_audit.engine.store import DuckStore

WORK = "CREATE OR REPLACE TABLE t AS SELECT count(*) FROM range(150000000) AS a(i) WHERE hash(i) % 7 = 0"


@pytest.fixture
def store(tmp_path):
    opened = DuckStore("Asia/Ho_Chi_Minh", str(tmp_path), threads=1, memory=200)
    yield opened
    opened.close()


def test_the_share_grows_below_the_whole_and_the_watcher_is_gone_at_the_end(store, monkeypatch):
    monkeypatch.setattr(watch, "_EVERY_SECONDS", 0.01)
    told = []
    with watch.watched(store, "order_log", lambda *said: told.append(said)):
        store.run(WORK)
    shares = [done for _, done, _ in told]
    assert shares == sorted(set(shares))
    assert all(what == "order_log" and 0 < done < of == 100 for what, done, of in told)
    before = len(told)
    store.run(WORK)
    assert len(told) == before


def test_a_statement_that_fails_ends_its_watcher_and_is_told_as_it_is(store):
    with pytest.raises(Exception, match="nowhere"), watch.watched(store, "order_log", lambda *_: None):
        store.run("SELECT * FROM nowhere")


def test_where_nobody_hears_nobody_watches(store):
    asked = "SELECT current_setting('enable_progress_bar')"
    before = store.run(asked)
    with watch.watched(store, "order_log", unheard):
        assert store.run(asked) == before
