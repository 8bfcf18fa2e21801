"""The command line: verbs, options, exit codes; speaks to `api` only.

Exit codes: 0 nothing at or over the threshold, 1 findings at or over it, 2 the input or the
call is wrong, 3 our fault. Data goes to stdout, everything said to a person beside it to stderr.
"""

from __future__ import annotations

import signal
import sys

import click

from iso_audit.cli.audits import audit, check
from iso_audit.cli.comparing import compare, coverage, diff
from iso_audit.cli.formats import export, import_, map_
from iso_audit.cli.reference import rule, schema
from iso_audit.cli.simulating import simulate
from iso_audit.cli.starting import init


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="iso-audit")
def cli() -> None:
    """Đánh giá sự phù hợp của quy trình và hồ sơ. / Audit procedures and dossiers."""


for _verb in (check, audit, rule, import_, export, map_, coverage, diff, compare, simulate, schema, init):
    cli.add_command(_verb)


def main() -> None:
    """Run the command line; being told to end is an interrupt, so that nothing is left behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli()
