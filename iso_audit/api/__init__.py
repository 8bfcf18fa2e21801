"""One function for each thing the program can do; the only room that wires rooms together.

Rooms are imported inside the functions, so that `check` never pays for the log engine and
`rule` never for the PDF.
"""

from iso_audit.api.broken_off import AUDITED, broken_off
from iso_audit.api.clauses import coverage
from iso_audit.api.comparison import compare
from iso_audit.api.discovery import propose_procedures
from iso_audit.api.export import FORMATS, export
from iso_audit.api.formats import import_file
from iso_audit.api.mapping import propose_mapping
from iso_audit.api.mapping_words import mapping_lines
from iso_audit.api.outputs import as_json, exit_code, shown
from iso_audit.api.provenance import version
from iso_audit.api.reading import load_workspace, shipped
from iso_audit.api.runs import audit, check
from iso_audit.api.simulating import simulate, simulation_exit_code, simulation_text
from iso_audit.api.starting import start_scenario
from iso_audit.api.stories import stories, story_exit_code, story_text
from iso_audit.api.tools import rule_pages, schemas, write_schemas
from iso_audit.api.values import ProposedMapping, Run, Simulated, Stories, Tell, Written
from iso_audit.api.versions import diff

__all__ = [
    "AUDITED",
    "FORMATS",
    "ProposedMapping",
    "Run",
    "Simulated",
    "Stories",
    "Tell",
    "Written",
    "as_json",
    "audit",
    "broken_off",
    "check",
    "compare",
    "coverage",
    "diff",
    "exit_code",
    "export",
    "import_file",
    "load_workspace",
    "mapping_lines",
    "propose_mapping",
    "propose_procedures",
    "rule_pages",
    "schemas",
    "shipped",
    "shown",
    "simulate",
    "simulation_exit_code",
    "simulation_text",
    "start_scenario",
    "stories",
    "story_exit_code",
    "story_text",
    "version",
    "write_schemas",
]
