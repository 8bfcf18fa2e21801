"""Dossiers with their end and their facts: one definition each, on arrays of all that they depend on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from iso_audit.analysis.worktime import NO_DUE
from iso_audit.engine.course import Course
from iso_audit.engine.executions import Asked, Dossiers
from iso_audit.engine.store import Array
from iso_audit.model.civil import DAY

WITHOUT_RESULT = ("not_accepted", "withdrawn", "stopped")
ENDED = (*WITHOUT_RESULT, "finished", "returned")
"""States after which nothing more is to come."""
LAST_MINUTE = 59
"""Seconds before a due date within which a dossier is finished at the limit."""
UNDER_WAY = ("registered", "received", "processing", "supplement", "financial")
_RESTS_ON = (("not_accepted", "refuses"), ("withdrawn", "withdraws"), ("stopped", "stops"))
"""What must have happened for a state without a result."""


class Ends:
    """When dossiers ended, and whether they did.

    The finish is the source's; else, for an ended state, that of the last step with a limit. Only
    where the source keeps neither do the events decide: no step with a limit can follow any more.
    """

    def __init__(self, asked: Asked, dossiers: Dossiers, course: Course) -> None:
        keeps = ("dossiers.finished_at", "dossiers.returned_at", "dossiers.status")
        told = dossiers.column("has_row", False).astype(bool) & any(map(asked.kept, keeps))
        finished_s, self.returned_s = dossiers.seconds("finished_s"), dossiers.seconds("returned_s")
        ended = among(asked, dossiers, ENDED)
        self.is_told = (finished_s != NO_DUE) | (self.returned_s != NO_DUE)
        timed_s = np.where(course.timed_s == NO_DUE, course.last_s, course.timed_s)
        by_events = np.where(course.broke_off, course.last_s, np.where(course.may_follow, NO_DUE, timed_s))
        untold = np.where(ended, timed_s, np.where(told, NO_DUE, by_events))
        end_s = np.where(self.returned_s != NO_DUE, self.returned_s, untold)
        self.end_s = np.where(finished_s != NO_DUE, finished_s, end_s)
        """`NO_DUE` where there is no end."""
        self.has_end = self.end_s != NO_DUE
        self.finished = self.is_told | ended | (~told & (course.reached_end | course.broke_off))
        self.handed_out_s = np.where(self.returned_s == NO_DUE, course.handed_out_s, self.returned_s)


def among(asked: Asked, dossiers: Dossiers, states: Sequence[str]) -> Array:
    """Which dossiers are in one of these states."""
    codes = [code for code, word in enumerate(asked.words["status"].meaning) if word in states]
    return np.isin(dossiers.column("status"), codes)


class DossierFacts:
    """The definition of every fact of dossiers: 0 (no), 1 (yes) or 2 (the log cannot tell)."""

    def __init__(
        self, asked: Asked, dossiers: Dossiers, course: Course, ends: Ends, dues: dict[str, Array]
    ) -> None:
        self._asked, self._d, self._course, self._ends, self._dues = asked, dossiers, course, ends, dues
        self._due_s, self._counted, self._plain = (
            dues[name] for name in ("due_s", "counted_day", "plain_day")
        )
        self._broke_off = ~self._in(*UNDER_WAY, *ENDED) & course.broke_off

    def all(self) -> dict[str, Array]:
        """Every fact of `DOSSIER_FACTS`."""
        d, ends, drawn_s = self._d, self._ends, self._asked.drawn_s
        is_over = ends.has_end | ends.finished
        appointed, given = self._day("appointed_s"), self._day("given_s")
        fits, is_twice = d.column("fits", 2), d.column("is_twice", False).astype(bool)
        return {
            "overdue": self._overdue(),
            "undue": np.where(is_over, 0, self._unless(self._due_s, drawn_s <= self._due_s)),
            "appointed_later": self._later(appointed),
            "appointed_differs": self._differs(appointed),
            "given_due_differs": self._differs(given),
            "code_malformed": np.where(fits == 2, 2, fits == 0),
            "code_other_day": np.where(fits == 1, d.column("other_day", 2), 2),
            "code_twice": np.where(is_twice, 1, np.where(fits == 1, 0, 2)),
            "closed": self._closed(),
            "broken_off": self._in(*WITHOUT_RESULT) | self._broke_off,
            "promise_beyond": self._promise_beyond(),
            "promise_broken": self._promise_broken(),
            "status_unlike_events": self._status_unlike(),
            "given_due_later": self._later(given),
            "at_limit": self._at_limit(),
            **self._of_register(),
        }

    def _in(self, *states: str) -> Array:
        return among(self._asked, self._d, states)

    def _day(self, name: str) -> Array:
        seconds = self._d.seconds(name)
        return np.where(seconds == NO_DUE, NO_DUE, seconds // DAY)

    @staticmethod
    def _unless(missing: Array, said: Array) -> Array:
        return np.where(missing == NO_DUE, 2, said)

    def _overdue(self) -> Array:
        """Given due dates are compared to the part of a second."""
        d, ends = self._d, self._ends
        late = ends.end_s > self._due_s
        if self._asked.is_due_given:
            parts = d.column("finished_part", 0) > d.column("due_part", 0)
            late |= (ends.end_s == self._due_s) & (d.seconds("finished_s") == ends.end_s) & parts
        unfinished = np.where(ends.finished, 2, self._asked.drawn_s > self._due_s)
        return self._unless(self._due_s, np.where(ends.has_end, late, unfinished))

    def _later(self, days: Array) -> Array:
        is_known = (days != NO_DUE) & (self._counted != NO_DUE)
        return np.where(is_known, days > np.maximum(self._counted, self._plain), 2)

    def _differs(self, days: Array) -> Array:
        is_known = (days != NO_DUE) & (self._counted != NO_DUE)
        return np.where(is_known, (days != self._counted) & (days != self._plain), 2)

    def _closed(self) -> Array:
        """A log that keeps neither returns nor states has closed what is finished."""
        keeps = any(map(self._asked.kept, ("dossiers.returned_at", "dossiers.status")))
        said: Array = self._course.reached_end | (self._ends.returned_s != NO_DUE) | self._broke_off
        said |= self._in(*WITHOUT_RESULT, "returned")
        return said if keeps else said | self._ends.finished

    def _promise_beyond(self) -> Array:
        unknown = 0 if self._asked.kept("events.new_appointed_at") else 2
        promised = np.where(self._course.promised_s != NO_DUE, 1, unknown)
        return np.where(self._course.has("apologises"), promised, 0)

    def _promise_broken(self) -> Array:
        ends, promised = self._ends, self._course.promised_s // DAY
        unfinished = np.where(ends.finished, 2, self._asked.drawn_s // DAY > promised)
        return self._unless(
            self._course.promised_s, np.where(ends.has_end, ends.end_s // DAY > promised, unfinished)
        )

    def _status_unlike(self) -> Array:
        """What a state must rest on: a signature, a refusal, a request to withdraw, a notice of stopping.

        While a dossier is under way, neither an end nor a return can have happened.
        """
        course, ends = self._course, self._ends
        unsigned = np.where(self._names("signs"), ~course.has("signs"), course.may_follow)
        kept = self._names("returns") & ~course.has("returns") & (ends.returned_s == NO_DUE)
        found = np.full(len(self._d), 2, dtype=np.int64)
        for state, flag in _RESTS_ON:
            found = np.where(self._in(state), np.where(self._names(flag), ~course.has(flag), 2), found)
        found = np.where(self._in("finished"), unsigned, found)
        found = np.where(self._in("returned"), unsigned | kept, found)
        found = np.where(self._in(*UNDER_WAY), course.reached_end | course.has("returns"), found)
        return np.where(self._d.column("has_events", False), found, 2)

    def _names(self, flag: str) -> Array:
        """Whether the procedure has a step of a kind at all."""
        return self._asked.norm.of_edition(flag, self._d.edition) > 0

    def _at_limit(self) -> Array:
        end_s, due_s = self._ends.end_s, self._due_s
        is_asked = (self._asked.norm.of_edition("at_limit_of", self._d.edition) > 0) & self._ends.has_end
        is_at = (end_s <= due_s) & (end_s >= due_s - LAST_MINUTE)
        return np.where(is_asked, self._unless(due_s, is_at), 0)

    def _of_register(self) -> dict[str, Array]:
        """Facts beside the row of the register; days are compared where both have one.

        A register begins and ends somewhere: whoever was received before or after is not in it.
        """
        d, ends, unknown = self._d, self._ends, np.full(len(self._d), 2)
        ours = {
            "received": d.seconds("day"),
            "appointed": self._day("appointed_s"),
            "finished": np.where(ends.has_end, ends.end_s // DAY, NO_DUE),
            "returned": np.where(ends.handed_out_s == NO_DUE, NO_DUE, ends.handed_out_s // DAY),
        }
        if not self._asked.kept("register.dossier_id"):
            return dict.fromkeys(
                ("unregistered", *(f"register_{name}" for name in (*ours, "status"))), unknown
            )
        found = {}
        for name, day in ours.items():
            theirs = d.column(f"{name}_day", NO_DUE)
            found[f"register_{name}"] = np.where((theirs == NO_DUE) | (day == NO_DUE), 2, theirs != day)
        has_finish = d.column("finished_day", NO_DUE) != NO_DUE
        unfinished = has_finish & ~ends.has_end & ~ends.finished
        found["register_finished"] = np.where(unfinished, 1, found["register_finished"])
        state, status = d.column("register_status", NO_DUE), d.column("status", NO_DUE)
        is_known = (state != NO_DUE) & (status != NO_DUE)
        is_within = d.column("is_within", False).astype(bool)
        unregistered = np.where(d.column("is_registered", False), 0, np.where(is_within, 1, 2))
        return {
            "unregistered": np.where(d.column("is_unread", False), 2, unregistered),
            **found,
            "register_status": np.where(is_known, state != status, 2),
        }
