"""Calendar files become calendars."""

from __future__ import annotations

import datetime as dt
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.calendar import Calendar, CalendarException, Span
from iso_audit.text import Text
from iso_audit.workspace.faults import Path
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shaped import read_as
from iso_audit.workspace.shapes.calendar import WEEKDAYS, CalendarShape, DecidedShape


def read_calendar(path: FilePath, file: str, faults: list[Fault]) -> Calendar | None:
    """Read one calendar; None after faults."""
    before = len(faults)
    read = read_as(CalendarShape, path, file, faults)
    if read is None:
        return None
    shape, document = read
    calendar = _Making(shape, document, faults).calendar()
    return calendar if len(faults) == before else None


class _Making:
    """Turns the shape of a calendar into the noun, and checks what only the whole can tell."""

    def __init__(self, shape: CalendarShape, document: Document, faults: list[Fault]) -> None:
        self.shape, self.document, self.faults = shape, document, faults
        self.week = shape.hours.week()
        self.exceptions: dict[dt.date, CalendarException] = {}

    def calendar(self) -> Calendar:
        shape = self.shape
        if not any(self.week):
            self._say(
                ("hours",), Text(vi="không có giờ làm việc nào", en="there are no working hours at all")
            )
        self._days_off()
        self._days_worked()
        first, last = self._bounds()
        return Calendar(
            id=shape.calendar,
            zone=shape.zone,
            week=self.week,
            exceptions=dict(sorted(self.exceptions.items())),
            reception=shape.reception.week() if shape.reception else (),
            first=first,
            last=last,
            title=shape.title or Text(),
            place=self.document.place("calendar"),
        )

    def _days_off(self) -> None:
        for i, off in enumerate(self.shape.off or ()):
            first, last = off.date or off.first, off.date or off.last
            if first is not None and last is not None:
                for ordinal in range(first.toordinal(), last.toordinal() + 1):
                    self._add(("off", i), dt.date.fromordinal(ordinal), (), off)

    def _days_worked(self) -> None:
        ordinary = next((spans for spans in self.week if spans), ())
        for i, work in enumerate(self.shape.work or ()):
            spans = tuple(work.hours or ()) or (
                self.week[WEEKDAYS.index(work.like)] if work.like else ordinary
            )
            if not spans:
                what = Text(vi=f"'{work.like}' là ngày nghỉ", en=f"'{work.like}' is a day off")
                self._say(("work", i, "as"), what)
            self._add(("work", i), work.date, spans, work)

    def _add(self, path: Path, day: dt.date, spans: tuple[Span, ...], decided: DecidedShape) -> None:
        if (other := self.exceptions.get(day)) is not None:
            line = other.place.line
            what = Text(
                vi=f"ngày {day} đã nêu ở dòng {line}", en=f"the day {day} is given already, on line {line}"
            )
            self._say(path, what)
            return
        self.exceptions[day] = CalendarException(
            day,
            spans,
            decided.name or Text(),
            decided.source or "",
            decided.sure is not False,
            self.document.place(*path),
        )

    def _bounds(self) -> tuple[dt.date, dt.date]:
        """Whole years of the exceptions, where the file does not say what it covers."""
        days = self.exceptions
        first = self.shape.first or (min(days).replace(month=1, day=1) if days else Calendar.first)
        last = self.shape.last or (max(days).replace(month=12, day=31) if days else Calendar.last)
        if first > last:
            what = Text(vi="ngày cuối đứng trước ngày đầu", en="the last day is before the first day")
            self._say(("last",), what)
        for day, exception in days.items():
            if not first <= day <= last:
                what = Text(
                    vi=f"ngày {day} nằm ngoài khoảng {first} đến {last}",
                    en=f"the day {day} is not within {first} to {last}",
                )
                self.faults.append(
                    Fault(what, exception.place.file, exception.place.line, exception.place.column)
                )
                break
        return first, last

    def _say(self, path: Path, what: Text, hint: Text | None = None) -> None:
        self.faults.append(self.document.fault(path, what, hint))
