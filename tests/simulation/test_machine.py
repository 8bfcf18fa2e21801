"""The code that numba keeps of the loop is taken again only for what it was made of, and is never trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from iso_audit.model.scenario import Arrivals, Load
from iso_audit.simulation import compiled_loop, loop
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.fate import Fate
from tests.simulation.scenes import exponential, scenario, single

pytestmark = pytest.mark.skipif(find_spec("numba") is None, reason="numba (extra `fast`) is not installed")

SOURCE = Path(loop.__file__).with_name("machine.py")
PUSH = """
import os, sys
import numpy as np
if sys.argv[1:]:  # the power goes between the two files that numba writes
    from numba.core.caching import IndexDataCacheFile
    IndexDataCacheFile._save_data = lambda *_: os._exit(7)
import machine
counts = np.zeros(8, dtype=np.int64)
machine._push(counts, np.zeros((4, 2), dtype=np.int64), 1, 2)
print(counts[0])
"""


def pushed(folder: Path, *, dies: bool = False) -> str:
    """What a push counts, by the machine that stands in a folder."""
    call = [sys.executable, "-c", PUSH, *(["dies"] if dies else [])]
    root = str(Path(__file__).parents[2])
    kept = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), root))}
    run = subprocess.run(call, capture_output=True, text=True, env=kept, check=False)
    assert run.returncode == (7 if dies else 0), run.stderr
    return run.stdout.strip()


def test_code_of_older_sources_is_not_taken_for_that_of_newer_ones(tmp_path: Path) -> None:
    text = SOURCE.read_text(encoding="utf-8")
    (tmp_path / "machine.py").write_text(text, encoding="utf-8")
    assert pushed(tmp_path) == "1"
    (tmp_path / "machine.py").write_text(text.replace("= place + 1", "= place + 2", 1), encoding="utf-8")
    pushed(tmp_path, dies=True)
    assert pushed(tmp_path) == "2"


def test_code_that_cannot_be_read_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from iso_audit.simulation import machine

    (own := tmp_path / f"machine.run_{machine.MADE_OF}-1.py311.nbi").touch()
    (other := tmp_path / "machine.run_older-1.py311.nbi").touch()

    def damaged(**_: object) -> int:
        raise EOFError

    damaged.signatures = []  # type: ignore[attr-defined]
    damaged.stats = SimpleNamespace(cache_path=str(tmp_path))  # type: ignore[attr-defined]
    monkeypatch.setattr(machine, "run", damaged)
    load = Load("p", Arrivals(500), durations={"a": exponential(3600)})
    plan = compiled(scenario(load, staff={"r": 1}), {"p": single()})
    found, plain = (one.play(plan, Fate(plan, 1, 0)) for one in (compiled_loop, loop))
    assert [one.tolist() for one in found[:-1]] == [one.tolist() for one in plain[:-1]]
    assert (own.exists(), other.exists()) == (False, True)
