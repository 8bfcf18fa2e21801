"""What can go wrong, as one tree.

    IsoAuditError                 everything the program raises on purpose
      InputError                  files or the call cannot be read: exit code 2, all faults at once
      EngineError                 the log engine could not do its work: exit code 3
      RenderError                 an output could not be drawn (Pango missing, forbidden address): exit code 3

A finding is a result and never an exception; what cannot be *read* is an InputError, what can
be read but does not conform is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why an input cannot be read, with its place.

    `line` and `column` count from 1; 0 means that the fault belongs to the whole file.
    """

    what: Text
    file: str = ""
    line: int = 0
    column: int = 0
    hint: Text | None = None

    def say(self, lang: str) -> str:
        """`file:line:column: what (hint)`, leaving out what is not known."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        said = self.what.say(lang)
        if self.hint is not None:
            said = f"{said} ({self.hint.say(lang)})"
        return f"{where}: {said}" if where else said


class IsoAuditError(Exception):
    """Everything the program raises on purpose."""


class InputError(IsoAuditError):
    """The input or the call cannot be read; carries every fault that was found, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.file, f.line, f.column)))
        super().__init__("\n".join(fault.say("en") for fault in self.faults))


class EngineError(IsoAuditError):
    """The log engine could not do its work; the message says what the machine lacked."""


class RenderError(IsoAuditError):
    """An output could not be drawn: a system library is missing or an asset is not packaged."""
