"""Spark answers as DuckDB does, to the last row: on whole audits, and statement by statement."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.store import DuckStore, Values
from iso_audit.engine.story import Stories
from iso_audit.model.log import EVENT_FACTS
from tests.engine.logs import logs
from tests.whole_audit import audit_log

# other people's libraries may use what is to go
pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "processes/samples"
LACKING = [name for name in ("pyspark", "sqlglot", "pandas") if find_spec(name) is None]
if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
    LACKING.append("java")


@pytest.fixture(scope="module")
def session(request, tmp_path_factory):
    """Spark with two workers in this process, set up for tables of a few rows."""
    if LACKING:
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"NOT TESTED: Spark, for want of {', '.join(LACKING)}", red=True)
        pytest.skip(f"{', '.join(LACKING)} not installed")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    builder = SparkSession.builder.appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    yield made
    made.stop()


def same_audit(folder, log, mapping):
    """Whether both engines find the same in a log; returns how much evidence there is."""
    plain, spark = (audit_log(folder, log, mapping, engine) for engine in ("duckdb", "spark"))
    assert spark.evidence == plain.evidence
    for name in plain.outcome.__dataclass_fields__:
        assert getattr(spark.outcome, name) == getattr(plain.outcome, name), name
    return len(plain.evidence)


def test_the_sample_log_is_audited_alike(session, tmp_path):
    """Events in Parquet with moments as such, which Spark reads itself; dossiers in CSV, which it cannot."""
    moments = ", ".join(f"CAST({name} AS TIMESTAMP) AS {name}" for name in ("started_at", "finished_at"))
    duckdb.sql(
        f"COPY (SELECT * REPLACE ({moments}) FROM read_csv('{SAMPLES}/events.csv', all_varchar = true)) "
        f"TO '{tmp_path}/events.parquet' (FORMAT parquet)"
    )
    for name in ("dossiers.csv", "mapping.yaml"):
        shutil.copy(SAMPLES / name, tmp_path)
    assert same_audit(SAMPLES.parent, tmp_path / "events.parquet", tmp_path / "mapping.yaml") > 100


@pytest.mark.full
@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(log=logs())
def test_drawn_logs_are_told_alike(session, log, monkeypatch):
    """One part on DuckDB, several on Spark."""
    from iso_audit.engine.spark import SparkEngine

    monkeypatch.setattr("iso_audit.engine.spark._EVERY_DOSSIER", 4)
    said = []
    with TemporaryDirectory() as name:
        path = log.write(Path(name))
        for engine in (DuckEngine(), SparkEngine()):
            with engine.take_in(path, log.mapping, log.world) as held:
                kinds = (held.event_kinds(), held.dossier_kinds(), tuple(held.traces(frozenset(EVENT_FACTS))))
                named = held.ids_like("not there"), held.untold("not there")
                said.append((kinds, held.measures(), held.intake, held.unit_dossiers(), named))
    assert said[0] == said[1]


@pytest.mark.full
@pytest.mark.parametrize(
    ("workspace", "log"), [("receipt", "logs/receipt.xes.gz"), ("generated", "tools/sample_1000/events.csv")]
)
def test_real_and_generated_logs_are_audited_alike(session, data, workspace, log):
    folder = ROOT / "tests/workspaces" / workspace
    assert same_audit(folder, data / log, folder / "mapping.yaml") > 0


STATEMENTS = (
    "CREATE TABLE ordered AS SELECT * FROM t ORDER BY word NULLS LAST, n DESC",
    "SELECT rowid, word, n FROM ordered",
    "SELECT arg_max(n, k) FILTER (g > 0), arg_min(n, k), arg_max(n IS NULL, k) FROM t",
    "SELECT g, arg_max(n, k), count(*) FILTER (n > 0), bool_or(n > 1), min(n) FROM t GROUP BY ALL",
    "SELECT n // 7, n % 7, -n // 7, n / 2 > 1, least(n, g), greatest(n, g), n BETWEEN g AND k FROM t",
    "SELECT sum(CAST(g & 3 AS HUGEINT) << (k * 2)) FROM t",
    "SELECT bit_or(1 << k), (max(k) << 40) + 5, (min(-k) >> 1) & 3 FROM t GROUP BY g",
    "SELECT trim(word), word = trim(word), length(word), nullif(trim(word), ''), right(word, 2) FROM t",
    "SELECT word, regexp_matches(word, $pattern), regexp_extract(word, '([0-9]+)$', 1) FROM t",
    "SELECT word FROM t WHERE regexp_matches(word, $pattern) AND g > 0",
    "SELECT DISTINCT regexp_extract(word, '([0-9]+)$', 1) AS digits FROM t",
    "SELECT DISTINCT nfc_normalize(CAST(NULL AS VARCHAR)) AS nothing FROM t",
    "SELECT word FROM (SELECT word, damerau_levenshtein(word, $pattern) AS far FROM t) "
    "ORDER BY far, word LIMIT 3",
    "SELECT strftime(DATE '1970-01-01' + CAST(k * 40 AS INTEGER), '%Y-%m'), k * 40 FROM t",
    "SELECT k, lag(n) OVER w, sum(g) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM t "
    "WINDOW w AS (PARTITION BY g ORDER BY k)",
    "SELECT g, list_transform(list_sort(list(k * 16 + g)), lambda x: x & 15) FROM t GROUP BY g",
    "SELECT epoch_us(timezone($zone, make_timestamptz(k * 4000000000000))) // 1000000 FROM t",
    "SELECT n FROM (WITH a AS (SELECT n FROM t WHERE g = 1) SELECT a.n FROM a) UNION ALL "
    "SELECT n FROM (WITH a AS (SELECT n FROM t WHERE g = 2) SELECT b.n FROM a AS b)",
    "SELECT lead(k) OVER w - k FROM t WINDOW w AS (PARTITION BY g ORDER BY k)",
    "UPDATE t SET n = 100, word = NULL WHERE k IN (SELECT k FROM t WHERE g = 1) AND n IS NOT NULL",
    "SELECT k, n, word FROM t",
    "INSERT INTO few SELECT k, word FROM t WHERE g = 2",
    "WITH all_of AS (FROM few) SELECT * FROM all_of WHERE a NOT IN (SELECT k FROM t WHERE n = 100)",
    "CREATE OR REPLACE TABLE t AS SELECT * EXCLUDE (g) REPLACE (k + 1 AS k) FROM t",
    "SELECT t.k, few.b, o.word FROM t JOIN few ON few.a = t.k LEFT JOIN ordered AS o USING (k)",
    "DROP TABLE IF EXISTS nothing",
)


@pytest.fixture
def stores(session, tmp_path):
    """An empty store of each engine."""
    from iso_audit.engine.spark_session import opened_session
    from iso_audit.engine.spark_store import SparkStore

    made = (
        DuckStore("Asia/Ho_Chi_Minh", str(tmp_path), 1, 200),
        SparkStore(*opened_session("", None, tmp_path), "Asia/Ho_Chi_Minh", tmp_path),
    )
    yield made
    for store in made:
        store.close()


def test_statements_that_engines_like_to_read_differently_mean_the_same(stores):
    values = Values()
    values.bound = {"pattern": "^(?:[A-Z]\\d+)$", "zone": "Europe/Berlin"}
    words = ["A12", "A12\n", " b ", "\u00a0c\u3000", "", None, '\'; \\ "x"', "Ấ9"]
    for store in stores:
        store.put(
            "t",
            {
                "n": ("BIGINT", [8, None, -8, 3, None, 1_000_000_007, 0, 22]),
                "g": ("INTEGER", [1, 1, 2, 2, 2, 0, 0, 1]),
                "k": ("BIGINT", list(range(1, 9))),
                "word": ("VARCHAR", words),
            },
        )
        store.run("CREATE OR REPLACE TABLE few (a BIGINT, b VARCHAR)")
    differing = []
    for statement in STATEMENTS:
        used = Values()
        used.bound = {name: value for name, value in values.bound.items() if f"${name}" in statement}
        plain, spark = (store.run(statement, used) for store in stores)
        if not statement.startswith("SELECT rowid"):
            plain, spark = sorted(plain, key=repr), sorted(spark, key=repr)
        if statement.startswith(("SELECT", "WITH")) and spark != plain:
            differing.append((statement, spark, plain))
    assert differing == []


def test_dossiers_are_worked_on_alike_part_by_part_whatever_has_no_rows(stores):
    """A query without rows, a table that stays empty, a part of which there is nothing, and it the first."""

    def work(given):  # within the test, so that workers get it by value
        events, few = given["events"], given["few"]
        dossier, place = events["dossier"], np.arange(len(events["event"]))
        of_dossier = place - np.searchsorted(dossier, dossier)
        is_told = np.isin(dossier, few["dossier"])
        return {
            "told": {
                "event": events["event"], "place": np.ma.masked_where(is_told, of_dossier),
                "value": np.ma.masked_greater(events["value"], 40), "is_told": is_told,
            },
            "untold": {"dossier": dossier[:0], "is_any": is_told[:0]},
            "met": {"dossier": few["dossier"], "flag": np.ma.masked_equal(few["flag"], True)},
        }  # fmt: skip

    tables = {
        "told": {"event": "INTEGER", "place": "INTEGER", "value": "BIGINT", "is_told": "BOOLEAN"},
        "untold": {"dossier": "INTEGER", "is_any": "BOOLEAN"},
        "met": {"dossier": "INTEGER", "flag": "BOOLEAN"},
    }
    said = []
    for store in stores:
        events = [10 * dossier + n for n in (2, 0, 3, 1) for dossier in range(5, -1, -1)]
        told = [event if event % 3 else None for event in events]
        columns = {"event": ("INTEGER", events), "value": ("BIGINT", told)}
        store.put("event", columns | {"dossier": ("INTEGER", [event // 10 for event in events])})
        store.put("few", {"dossier": ("INTEGER", [1, 4, 5]), "flag": ("BOOLEAN", [True, None, False])})
        for first, after in ((6, 9), (0, 3), (3, 6)):
            here = f"WHERE dossier >= {first} AND dossier < {after}"
            of_events = f"SELECT event, dossier, value FROM event {here}"
            of_few = f"SELECT dossier, flag FROM few {here} AND dossier > 1"
            store.mapped({"events": of_events, "few": of_few}, work, tables)
        found = [store.arrays(f"SELECT * FROM {name} ORDER BY 1") for name in tables]
        said.append([{at: (str(of.dtype), of.tolist()) for at, of in one.items()} for one in found])
    assert said[1] == said[0]
    assert [len(one["dossier"][1]) for one in said[0][1:]] == [0, 2]


def test_ids_like_one_that_is_not_there_are_the_same(stores):
    ids = ["H99-240401-0002", "H99-240401-0001", "H99-250611-0007", "hồ sơ 1", "", "H99-240401-0012"]
    near = []
    for store in stores:
        numbers = ("INTEGER", list(range(len(ids))))
        store.put("id", {"dossier": numbers, "dossier_id": ("VARCHAR", ids)})
        store.put("base", {"dossier": numbers})
        stories = SimpleNamespace(_store=store)
        near.append([Stories.near(stories, name) for name in ("240401-0003", "H99-240401-0021", "Hồ sơ 1")])
    assert near[1] == near[0]
    assert near[0][2][0] == "hồ sơ 1"


@pytest.mark.skipif(bool(LACKING), reason=f"{', '.join(LACKING)} not installed")
def test_spark_leaves_no_folder_where_the_program_was_called(tmp_path):
    work, called_in = tmp_path / "work", tmp_path / "here"
    work.mkdir()
    called_in.mkdir()
    program = (
        "import sys; from pathlib import Path\n"
        "from iso_audit.engine.spark_session import opened_session\n"
        "session, _ = opened_session('local[1]', None, Path(sys.argv[1]))\n"
        "print(session.catalog.listTables())\n"
        "session.stop()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(work)], cwd=called_in, capture_output=True, text=True, check=False
    )
    assert run.stdout == "[]\n", run.stderr
    assert list(called_in.iterdir()) == []


def refused(*arguments, **environment):
    """What the command line says of an engine that is not to be had."""
    call = [sys.executable, "-m", "iso_audit", "audit", "-w", str(SAMPLES.parent)]
    run = subprocess.run(
        [*call, *arguments], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


def test_an_engine_that_nobody_knows_is_refused_in_both_languages():
    assert "'hadoop'" in refused("--engine", "hadoop", "--lang", "en")
    assert "«spark://máy»" in refused("--engine", "spark://máy", "--lang", "vi")


@pytest.mark.skipif(bool(LACKING), reason=f"{', '.join(LACKING)} not installed")
def test_a_cluster_that_does_not_answer_and_a_machine_without_java_are_named():
    assert "does not answer" in refused("--engine", "spark://localhost:1", "--lang", "en")
    assert "Java 17" in refused("--engine", "spark", "--lang", "vi", JAVA_HOME="/nonexistent")


def test_without_the_extra_the_command_to_install_it_is_said(tmp_path):
    hidden = "import importlib.util, sys\nfind = importlib.util.find_spec\n"
    hidden += (
        "importlib.util.find_spec = lambda name, *more: None if name == 'pyspark' else find(name, *more)\n"
    )
    (tmp_path / "sitecustomize.py").write_text(hidden, encoding="utf-8")
    for lang in ("vi", "en"):
        said = refused("--engine", "spark", "--lang", lang, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
        assert "pip install 'iso-audit[spark]'" in said
