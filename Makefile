# The commands of this project. Each sets up what it needs; nothing has to be prepared by hand.
PYTHON ?= python3
BIN := .venv/bin
# Bytes of outputs must not depend on the machine.
export PYTHONHASHSEED := 0

.PHONY: report test test-full check bench rulebook extras setup clean

report: setup  ## audit everything in processes/ and the sample log; write out/
	$(BIN)/iso-audit audit --output out --fail-on never

test: setup  ## run the tests (real material through ISO_AUDIT_DATA)
	$(BIN)/pytest -n 2 -m "not full"

test-full: setup  ## every test, the long ones too
	$(BIN)/pytest -n 2

check: extras  ## format, lint, types (of the extras too), import floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## speed, as ratios within one run
	$(BIN)/python tests/benchmarks/bench_audit.py
	$(BIN)/python tests/benchmarks/bench_scale.py
	$(BIN)/python tests/benchmarks/bench_check.py
	$(BIN)/python tests/benchmarks/bench_simulation.py

rulebook: setup  ## docs/rules.md and docs/quy-tac.md from the catalogue and the packs that ship
	$(BIN)/iso-audit rule --all --format markdown --lang en > docs/rules.md
	$(BIN)/iso-audit rule --all --format markdown --lang vi > docs/quy-tac.md

extras: setup  ## what is optional: the engine on Spark (needs Java 17), the compiled loop of the simulation
	$(BIN)/python -m pip install -q --require-hashes -r requirements-extra.lock

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml setup.sh
	sh setup.sh $(PYTHON)

clean:
	rm -rf .venv out
