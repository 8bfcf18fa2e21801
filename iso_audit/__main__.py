"""The program as it is started: `iso-audit`, or `python -m iso_audit`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interrupt while it is still being loaded ends as quietly as a later one."""
    try:
        from iso_audit.cli import main as run
    except KeyboardInterrupt:
        sys.exit(2)
    run()


if __name__ == "__main__":
    main()
