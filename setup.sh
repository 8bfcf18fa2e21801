#!/bin/sh
# Sets up the virtual environment and the one system library the PDF needs.
# Runs again without harm; called by the Makefile, with the Python to use as its argument.
set -eu
cd "$(dirname "$0")"
python=${1:-python3}

say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "Cần Python 3.11 trở lên (PYTHON=... make ...). / Python 3.11 or newer is needed (PYTHON=... make ...)."
    exit 2
fi

# Pango draws the text of the PDF. Without it everything but the PDF works.
system="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
as_root=""
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        as_root="env DEBIAN_FRONTEND=noninteractive"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo DEBIAN_FRONTEND=noninteractive"
    fi
fi
has_pango() {
    "$python" -c 'import ctypes.util, sys; sys.exit(not all(map(ctypes.util.find_library, ("pango-1.0", "pangoft2-1.0"))))'
}
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

missing=""
has_pango || missing="$system"
has_venv || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    if [ -n "$as_root" ]; then
        say "Cài gói hệ thống / installing system packages: $missing"
        # shellcheck disable=SC2086  # both are lists of words
        { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing; } >&2 ||
            say "Không cài được gói hệ thống. / The system packages could not be installed."
    fi
    has_venv || {
        say "Thiếu mô-đun venv. Hãy chạy: / The venv module is missing. Run:"
        say "    sudo apt-get install python3-venv"
        exit 2
    }
    has_pango || {
        say "Thiếu Pango: báo cáo PDF sẽ không có, báo cáo HTML vẫn có. Để có PDF, hãy chạy:"
        say "Pango is missing: there will be no PDF, but the HTML report. For the PDF, run:"
        say "    sudo apt-get install $system"
    }
fi

say "Chuẩn bị môi trường Python / preparing the Python environment ..."
[ -x .venv/bin/python ] || "$python" -m venv .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
.venv/bin/python -m pip install -q --require-hashes -r requirements.lock
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
touch .venv/ready
