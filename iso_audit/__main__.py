"""`python -m iso_audit`: the same as the command `iso-audit`."""

from iso_audit.cli import main

if __name__ == "__main__":
    main()
