"""One function for each thing the program can do; the only room that wires rooms together.

Rooms are imported inside the functions, so that `check` never pays for the log engine and
`rule` never for the PDF.
"""

from iso_audit.api.outputs import as_json, summary
from iso_audit.api.provenance import version
from iso_audit.api.reading import load_workspace, shipped
from iso_audit.api.runs import audit, check, is_over
from iso_audit.api.tools import import_table, rule_pages, schemas, write_schemas
from iso_audit.api.values import Run, Tell, Written

__all__ = [
    "Run",
    "Tell",
    "Written",
    "as_json",
    "audit",
    "check",
    "import_table",
    "is_over",
    "load_workspace",
    "rule_pages",
    "schemas",
    "shipped",
    "summary",
    "version",
    "write_schemas",
]
