#!/bin/sh
# Renews the locks: exact versions with hashes for every platform, no download addresses.
# requirements.lock is what everybody needs; requirements-extra.lock adds the optional extras (Spark, numba).
# Needs uv (pip install uv). Run it after changing dependencies in pyproject.toml.
set -eu
cd "$(dirname "$0")"
lock() {
    uv pip compile pyproject.toml --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-header --no-annotate -q "$@"
}
lock --group dev -o requirements.lock
lock --extra spark --extra fast -c requirements.lock -o requirements-extra.lock
