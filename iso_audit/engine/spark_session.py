"""How Spark is found and started, and what to say where it is not there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.errors import Fault, InputError
from iso_audit.text import Text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_MASTER = re.compile(r"local(\[(\d+|\*)\])?|yarn|k8s://\S+|spark://[^\s/:,]+:\d+(,[^\s/:,]+:\d+)*")
_PATIENCE = 5
"""Seconds to wait for a cluster's answer."""
_PARTS, _LOCAL_PARTS = "spark.sql.shuffle.partitions", "32"
"""Parts in which rows are exchanged, and how many on one machine unless it was told."""
_TOLD = 300
"""Letters of what Spark says that are passed on."""

_NO_EXTRA = Text(
    vi="bản cài đặt này chưa có Spark; hãy cài thêm: pip install 'iso-audit[spark]'",
    en="Spark is not installed here; install it with: pip install 'iso-audit[spark]'",
)
_NO_JAVA = Text(
    vi="Spark cần Java 17 hoặc 21 nhưng ở đây không có; hãy cài Java (ví dụ OpenJDK 17) hoặc đặt JAVA_HOME",
    en="Spark needs Java 17 or 21 and found none; install Java (OpenJDK 17, say) or set JAVA_HOME",
)
_UNKNOWN = Text(
    vi="--engine: không hiểu «{name}»; hãy dùng duckdb, spark hoặc địa chỉ cụm: spark://máy:7077, yarn, "
    "k8s://…, local[4]",
    en="--engine: '{name}' is not understood; use duckdb, spark or the address of a cluster: "
    "spark://host:7077, yarn, k8s://…, local[4]",
)
_SILENT = Text(
    vi="--engine: cụm Spark {name} không trả lời; hãy kiểm tra địa chỉ, cổng và tường lửa",
    en="--engine: the Spark cluster {name} does not answer; check the address, the port and the firewall",
)
_NOT_STARTED = Text(vi="Spark không khởi động được: {why}", en="Spark could not be started: {why}")


def master_of(name: str) -> str:
    """The master that `--engine` names; empty for the one that Spark itself was told of, or this machine.

    Raises:
        InputError: Spark or Java is not there, or nobody answers at the address.
    """
    if name != "spark" and not _MASTER.fullmatch(name):
        raise _refusal(_UNKNOWN, name=name)
    if any(find_spec(library) is None for library in ("pyspark", "sqlglot", "pandas")):
        raise _refusal(_NO_EXTRA)
    home = os.environ.get("JAVA_HOME")
    if shutil.which(str(Path(home) / "bin" / "java") if home else "java") is None:
        raise _refusal(_NO_JAVA)
    if name.startswith("spark://") and not any(map(_answers, name.removeprefix("spark://").split(","))):
        raise _refusal(_SILENT, name=name)
    return "" if name == "spark" else name


def opened_session(master: str, memory: int | None, folder: Path) -> tuple[SparkSession, bool]:
    """A session for one log, and whether Spark is to end with it: not where it ran before.

    What Spark tells of itself goes to a file in `folder`, except for developers.

    Raises:
        InputError: Spark does not start.
    """
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        return _settled(running.newSession()), False
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("iso-audit")
    settings = {
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": f"{memory}m" if memory else "",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    for name, value in {**settings, "spark.master": master}.items():
        builder = builder.config(name, value) if value else builder
    said = folder / "spark.log"
    try:
        with _heard_in(said):
            return _settled(builder.getOrCreate()), True
    except (PySparkException, Py4JError) as error:
        told = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
        raise _refusal(_NOT_STARTED, why=_reason(told, str(error))) from error


def _settled(session: SparkSession) -> SparkSession:
    session.conf.set("spark.sql.session.timeZone", "UTC")
    said = session.sparkContext.getConf()
    if str(said.get("spark.master")).startswith("local") and not said.contains(_PARTS):
        session.conf.set(_PARTS, _LOCAL_PARTS)
    return session


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _PATIENCE):
            return True
    except (OSError, OverflowError):
        return False


@contextmanager
def _heard_in(path: Path) -> Iterator[None]:
    """Let what is started here complain in a file: Java takes the error stream over for its life."""
    if os.environ.get("ISO_AUDIT_DEBUG"):
        yield
        return
    kept = os.dup(2)
    try:
        with path.open("wb") as stream:
            os.dup2(stream.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _reason(told: str, error: str) -> str:
    """The first line that says what is wrong: Java's last word, else Spark's."""
    lines = [line.strip() for line in told.splitlines()]
    signs = [line for line in lines if re.search(r"error|exception|must be|not set|unsupported", line, re.I)]
    return (signs[0] if signs else error.strip().splitlines()[0])[:_TOLD]


def _refusal(what: Text, **facts: str) -> InputError:
    return InputError([Fault(Text(what.fill("vi", facts), what.fill("en", facts)))])
