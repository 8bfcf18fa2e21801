"""Distinct things, each once with its count: kinds of events, kinds of dossiers, traces.

Numbers are given in the order of what the things are, never of how they were met, so that threads
and the order of rows cannot change them. Tables made here: `event_kind`, `dossier_kind`,
`trace_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from iso_audit.engine.facts import BITS, EVENT_BITS
from iso_audit.engine.norms import Edition, Norms
from iso_audit.engine.passes import Parts
from iso_audit.engine.store import Store, integers
from iso_audit.engine.words import Words
from iso_audit.errors import EngineError
from iso_audit.model.log import DEMAND, DOSSIER_FACTS, EVENT_FACTS, SAME_PERSON
from iso_audit.model.trace import DossierKind, EventKind, Symbol, Trace

_SYMBOL_BITS = 20
_FACT = (1 << BITS) - 1
_OF_DOSSIER = ("edition", '"case"', "finished", "facts", "apart")
_OF_WALK = (*_OF_DOSSIER, "symbols")


class _Group(NamedTuple):
    """Dossiers that are alike."""

    number: int
    edition: int
    case: int
    finished: bool
    facts: int
    apart: int
    symbols: list[int]
    times: int


class Kinds:
    """What happened in a log, without who and when."""

    def __init__(self, store: Store, norms: Norms, parts: Parts, cases: Words) -> None:
        self._store, self._norms, self._parts, self._cases = store, norms, parts, cases
        self._places = {place: key for key, place in norms.places.items()}
        self._made: set[str] = set()

    def make_missing(self) -> None:
        """Make the tables of kinds and traces that nobody has asked for yet."""
        if "event_kind" not in self._made:
            self.events()
        if "dossier_kind" not in self._made:
            self.dossiers()
        if "trace_of" not in self._made:
            self.traces(frozenset())

    def events(self) -> tuple[EventKind, ...]:
        """Kinds of events; makes `event_kind` (key, id)."""
        found = []
        for key, count in self._store.run("SELECT key, count(*) FROM judged GROUP BY key"):
            edition, step = self._where(key)
            facts = _unpacked(key, EVENT_FACTS)
            order = (edition.procedure.key, edition.era, step, tuple(facts.values()))
            found.append((order, key, edition, facts, count))
        found.sort(key=lambda entry: entry[0])
        self._made.add("event_kind")
        self._store.put("event_kind", integers([(entry[1], n) for n, entry in enumerate(found)], "key", "id"))
        return tuple(
            EventKind(n, edition.procedure, edition.era, order[2], facts, count)
            for n, (order, _, edition, facts, count) in enumerate(found)
        )

    def dossiers(self) -> tuple[DossierKind, ...]:
        """Kinds of dossiers; makes `dossier_kind` (dossier, id)."""
        found = []
        for group in self._grouped("dossier", _OF_DOSSIER):
            edition, case = self._norms.edition(group.edition), self._cases.say(group.case)
            facts = {**_unpacked(group.facts, DOSSIER_FACTS), **self._apart(edition, group.apart)}
            order = (edition.procedure.key, edition.era, case, group.finished, tuple(facts.values()))
            found.append((order, group, edition, facts))
        found.sort(key=lambda entry: entry[0])
        self._number("dossier_kind", "dossier", _OF_DOSSIER, [entry[1] for entry in found])
        return tuple(
            DossierKind(n, edition.procedure, edition.era, order[2], facts, group.finished, group.times)
            for n, (order, group, edition, facts) in enumerate(found)
        )

    def traces(self, reads: frozenset[str]) -> tuple[Trace, ...]:
        """Distinct ways in which dossiers were handled; makes `trace_of` (dossier, id).

        Facts that nobody reads stay out, or independent facts would multiply the traces. A name
        that both events and dossiers have is told of the dossier.
        """
        of_events = [name for name in EVENT_FACTS if name in reads and name not in DOSSIER_FACTS]
        of_dossiers = [name for name in DOSSIER_FACTS if name in reads]
        symbols = self._number_symbols(of_events)
        families = {*map(_family, reads)}
        self._walk(_mask(of_dossiers, DOSSIER_FACTS), is_apart_read=bool({SAME_PERSON, DEMAND} & families))
        told: dict[tuple[int, int, int], tuple[dict[str, int], str, int, tuple[int, ...]]] = {}
        found = []
        for group in self._grouped("walk", _OF_WALK):
            edition, case = self._norms.edition(group.edition), self._cases.say(group.case)
            alike = group.edition, group.facts, group.apart
            if alike not in told:
                of_dossier, apart = _unpacked(group.facts, DOSSIER_FACTS), self._apart(edition, group.apart)
                facts = {name: of_dossier[name] for name in of_dossiers}
                facts |= {name: fact for name, fact in apart.items() if {name, _family(name)} & reads}
                told[alike] = facts, edition.procedure.key, edition.era, tuple(facts.values())
            facts, key, era, values = told[alike]
            found.append(((key, era, case, group.finished, values, group.symbols), group, edition, facts))
        found.sort(key=itemgetter(0))
        self._number("trace_of", "walk", _OF_WALK, [entry[1] for entry in found])
        self._store.drop("walk")
        return tuple(
            Trace(
                n, edition.procedure, edition.era, order[2], facts, group.finished,
                tuple([symbols[at] for at in group.symbols]), group.times,
            )
            for n, (order, group, edition, facts) in enumerate(found)
        )  # fmt: skip

    def _walk(self, mask: int, *, is_apart_read: bool) -> None:
        """Make `walk`: each dossier with its symbols in order and the facts that are read.

        Order and symbol are packed into one number, so that a plain sort of a list puts the
        symbols in order (an ORDER BY inside the aggregate is slower and not portable).
        """
        self._store.drop("walk")
        for _ in self._parts.each("dossier", "judged"):
            self._walk_here(mask, "d.apart" if is_apart_read else "CAST(0 AS HUGEINT)")

    def _walk_here(self, mask: int, apart: str) -> None:
        self._store.add(
            "walk",
            f"""
            SELECT d.dossier, d.edition, d."case", d.finished, d.facts & {mask} AS facts,
                {apart} AS apart,
                coalesce(w.symbols, []) AS symbols
            FROM dossier_here AS d
            LEFT JOIN (
                SELECT j.dossier, list_transform(
                    list_sort(list((j.event << {_SYMBOL_BITS}) + s.symbol)),
                    lambda x: x & {(1 << _SYMBOL_BITS) - 1}) AS symbols
                FROM judged_here AS j JOIN symbol AS s USING (key)
                GROUP BY j.dossier
            ) AS w USING (dossier)
            """,
        )

    def _number_symbols(self, names: Sequence[str]) -> list[Symbol]:
        """Make `symbol` (key, symbol): what of a kind of event a trace shows; return the symbols."""
        shown = {}
        for (key,) in self._store.run("SELECT DISTINCT key FROM judged"):
            facts = _unpacked(key, EVENT_FACTS)
            shown[key] = (self._where(key)[1], tuple([facts[name] for name in names]))
        order = {said: n for n, said in enumerate(sorted(set(shown.values())))}
        if len(order) > 1 << _SYMBOL_BITS:
            raise EngineError(f"the log has more than {1 << _SYMBOL_BITS} different steps with their facts")
        self._store.put(
            "symbol", integers([(key, order[said]) for key, said in shown.items()], "key", "symbol")
        )
        return [Symbol(step, dict(zip(names, facts, strict=True))) for step, facts in order]

    def _grouped(self, table: str, columns: Sequence[str]) -> list[_Group]:
        """Make `grouped`: equal rows of a table once, with a number and their count."""
        self._store.run(
            f"""
            CREATE OR REPLACE TEMP TABLE grouped AS
            SELECT row_number() OVER () AS number, *
            FROM (SELECT {", ".join(columns)}, count(*) AS times FROM {table} GROUP BY ALL)
            """
        )
        symbols = "symbols" if "symbols" in columns else "[]"
        rows = self._store.run(
            f'SELECT number, edition, "case", finished, facts, apart, {symbols}, times FROM grouped'
        )
        return [_Group(*row) for row in rows]

    def _number(self, name: str, table: str, columns: Sequence[str], groups: Sequence[_Group]) -> None:
        """Make the table that gives each dossier the number of its kind: its place in `groups`."""
        self._made.add(name)
        self._store.put(
            "numbered", integers([(group.number, n) for n, group in enumerate(groups)], "number", "id")
        )
        self._store.run(
            f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT t.dossier, n.id
            FROM {table} AS t JOIN grouped AS g USING ({", ".join(columns)}) JOIN numbered AS n USING (number)
            """
        )

    def _where(self, key: int) -> tuple[Edition, str]:
        edition, step = self._places[key >> EVENT_BITS]
        return self._norms.edition(edition), self._norms.steps[step]

    def _apart(self, edition: Edition, packed: int) -> dict[str, int]:
        names = self._norms.pair_facts(edition)
        return {name: packed >> (BITS * at) & _FACT for at, name in enumerate(names)}


def _family(name: str) -> str:
    """`same_person` of `same_person:a|b`."""
    return name.partition(":")[0]


def _unpacked(packed: int, names: Mapping[str, str]) -> dict[str, int]:
    return {name: packed >> (BITS * at) & _FACT for at, name in enumerate(names)}


def _mask(wanted: Iterable[str], names: Mapping[str, str]) -> int:
    places = {name: at for at, name in enumerate(names)}
    return sum(_FACT << (BITS * places[name]) for name in wanted)
