"""What the definitions say of the activities of a log, as arrays: the table `norm` and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from iso_audit.engine.editions import KIND_FLAGS, Edition, idle_seconds
from iso_audit.engine.sorted_rows import matches
from iso_audit.engine.store import Array

NORM = (
    *(
        (name, "BIGINT")
        for name in ("edition", "act", "place", "step", "compared", "amount", "required", "clock")
    ),
    *((name, "BOOLEAN") for name in ("by_applicant", "is_timed", "may_follow", "is_end", "anytime")),
    *(
        (name, "BOOLEAN")
        for name in ("documented", "explained", "may_end", "watched", "rounded", *KIND_FLAGS)
    ),
)
"""Columns of the table `norm` and their SQL types."""


@dataclass(frozen=True)
class Links:
    """Rows that go with rows of `norm`, any number with each."""

    rows: Array
    """The rows of `norm`, ascending."""
    columns: Mapping[str, Array]

    def of(self, rows: Array) -> tuple[Array, Array]:
        """Of rows of `norm` those with a link, once for each: their places, and the places of the links."""
        return matches(self.rows, rows)


@dataclass(frozen=True)
class NormTable:
    """The table `norm` as arrays, one row an edition and activity, and what goes with it."""

    columns: Mapping[str, Array]
    editions: Array
    """The editions, ascending; `row_of` has a line for each."""
    row_of: Array
    """Row of `norm` by place of the edition and activity; -1 where the activity does not occur."""
    duties: Links
    """`pair` and `side` (0 or 1) of the duties held apart that a step belongs to."""
    beside: Links
    """`other`: activities of steps with a limit that may still come beside a step."""
    of_editions: Mapping[str, Array]
    """What is asked of each edition: `at_limit_of`, `idle_seconds`, and whether its procedure has a step of
    each of `KIND_FLAGS`."""
    wrong: Array
    """By role asked for and role acting: 0, 1 or 2 as in `may_act`; the last of each is for none."""

    @classmethod
    def of(
        cls,
        editions: Sequence[Edition],
        rows: Sequence[Sequence[object]],
        duties: Sequence[Sequence[int]],
        beside: Sequence[Sequence[int]],
        may_act: Sequence[Sequence[int]],
        roles: tuple[int, int],
    ) -> NormTable:
        """Make the arrays of rows of tables; `roles` are how many may be asked for and act."""
        columns = {
            name: np.array([row[at] for row in rows], dtype=np.int64 if kind == "BIGINT" else np.bool_)
            for at, (name, kind) in enumerate(NORM)
        }
        codes = np.array([edition.code for edition in editions], dtype=np.int64)
        row_of = np.full((len(codes), int(columns["act"].max(initial=0)) + 1), -1, dtype=np.int32)
        row_of[np.searchsorted(codes, columns["edition"]), columns["act"]] = np.arange(len(rows))

        def links(given: Sequence[Sequence[int]], *names: str) -> Links:
            table = np.array(given, dtype=np.int64).reshape(-1, len(names) + 2)
            row = row_of[np.searchsorted(codes, table[:, 0]), table[:, 1]]
            order = np.argsort(row, kind="stable")
            return Links(row[order], {name: table[order, at] for at, name in enumerate(names, 2)})

        required, acting, said = np.array(may_act, dtype=np.int64).reshape(-1, 3).T
        wrong = np.full(roles, 2, dtype=np.uint8)
        wrong[required, acting] = said
        asked = [edition.parameters for edition in editions]
        of_editions = {
            **{
                flag: np.array(
                    [bool(edition.procedure.of_kind(kind)) for edition in editions], dtype=np.int64
                )
                for flag, kind in KIND_FLAGS.items()
            },
            "at_limit_of": np.array([one.at_limit_of for one in asked], dtype=np.int64),
            "idle_seconds": np.array([idle_seconds(one) for one in asked], dtype=np.int64),
        }
        linked = links(duties, "pair", "side"), links(beside, "other")
        return cls(columns, codes, row_of, *linked, of_editions, wrong)

    def of_edition(self, name: str, editions: Array) -> Array:
        """A column of `of_editions` for editions."""
        return self.of_editions[name][np.searchsorted(self.editions, editions)]

    def rows(self, editions: Array, of: Array, acts: Array) -> Array:
        """Rows of events: `editions` of dossiers, the place of each event's dossier, and its activity."""
        found: Array = self.row_of[np.searchsorted(self.editions, editions).astype(np.int32)[of], acts]
        return found
