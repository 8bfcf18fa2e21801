#!/bin/sh
# Renews requirements.lock: exact versions with hashes for every platform, no download addresses.
# Needs uv (pip install uv). Run it after changing dependencies in pyproject.toml.
set -eu
cd "$(dirname "$0")"
uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.lock
