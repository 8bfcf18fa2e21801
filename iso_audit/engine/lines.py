"""Where a record stands in the file that a person opens: its line, counted from 1 with the head."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import cached_property

from iso_audit.engine.careful import records
from iso_audit.engine.source import Source

_PIECE = 1 << 20
_BLANK = b" \t\r\n"


class Lines:
    """Turns numbers of records into lines; of files that have no lines the number stays.

    Only a text with records over several lines, or with blank lines between, is read again.
    """

    def __init__(self, source: Source, count: int) -> None:
        self._source, self._count = source, count

    def of(self, row: int) -> int:
        """The line at which a record begins."""
        if self._source.plain is None:
            return row
        if self._is_line_by_line:
            return row + self._source.head_lines
        rows, ahead = self._steps
        return row + ahead[bisect_right(rows, row) - 1]

    @cached_property
    def _is_line_by_line(self) -> bool:
        """Whether the text has just one line a record, and perhaps blank ones at its end."""
        assert self._source.plain is not None
        lines, after = 0, 0
        with self._source.plain.open("rb") as stream:
            while piece := stream.read(_PIECE):
                lines += piece.count(b"\n")
                filled = piece.rstrip(_BLANK)
                after = piece[len(filled) :].count(b"\n") + (0 if filled else after)
        ends_in_line = int(after == 0)
        return lines - max(after - 1, 0) + ends_in_line == self._count + self._source.head_lines

    @cached_property
    def _steps(self) -> tuple[array[int], array[int]]:
        """Rows from which on lines are further ahead of them than before, and how far."""
        rows, ahead = array("q", [1]), array("q", [self._source.head_lines])
        for row, (line, _, _) in enumerate(records(self._source), start=1):
            if line - row != ahead[-1]:
                rows.append(row)
                ahead.append(line - row)
        return rows, ahead
