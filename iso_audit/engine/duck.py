"""The engine on DuckDB: one pass over the log, whatever the number of rules."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from iso_audit.analysis.worktime import WorkTable
from iso_audit.engine.course import make_course, make_stops
from iso_audit.engine.dossiers import make_dossiers
from iso_audit.engine.dues import make_dues
from iso_audit.engine.evidence import Evidence
from iso_audit.engine.facts import make_bands, make_days, make_judged
from iso_audit.engine.intake import Account, column_account
from iso_audit.engine.kinds import Kinds
from iso_audit.engine.measures import measures, unit_dossiers
from iso_audit.engine.norms import Norms
from iso_audit.engine.opening import Opened, open_log
from iso_audit.engine.protocol import Counted, Question, ReadXes
from iso_audit.engine.store import Store
from iso_audit.engine.tables import Read, base, read_dossiers, read_events
from iso_audit.engine.tally import tally
from iso_audit.model.civil import DAY, civil_seconds, date_of
from iso_audit.model.log import Intake, Judgement, LogMapping, Measure, World
from iso_audit.model.trace import DossierKind, EventKind, Trace
