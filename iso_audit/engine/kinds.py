"""Distinct things, each once with its count: kinds of events, kinds of dossiers, traces.

Numbers are given in the order of what the things are, never of how they were met, so that threads
and the order of rows cannot change them. Tables made here: `event_kind`, `dossier_kind`,
`trace_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from iso_audit.engine.editions import Edition
from iso_audit.engine.facts import BITS, EVENT_BITS
from iso_audit.engine.norms import Norms
from iso_audit.engine.passes import Parts
from iso_audit.engine.protocol import Traces
from iso_audit.engine.store import Store, integers
from iso_audit.engine.words import Words
from iso_audit.errors import EngineError
from iso_audit.model.log import DEMAND, DOSSIER_FACTS, EVENT_FACTS, SAME_PERSON
from iso_audit.model.procedure import Procedure
from iso_audit.model.trace import DossierKind, EventKind, Symbol, Trace

_SYMBOL_BITS = 20
_FACT = (1 << BITS) - 1
_AT_ONCE = 16_384
"""Traces that are made of one answer of the store."""


class _Group(NamedTuple):
    """Dossiers that are alike but for their events."""

    rank: int
    number: int
    shared: tuple[Procedure, int, str, dict[str, int], bool]
    """Procedure, era, case, facts, and whether they are finished."""
    times: int


class _Traces:
    """The traces of `way`, made a few thousand at a time whenever they are gone through."""

    def __init__(self, store: Store, groups: Mapping[int, _Group], symbols: Sequence[Symbol]) -> None:
        self._store, self._groups, self._symbols = store, groups, symbols
        self._count = store.number("SELECT count(*) FROM way")

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Trace]:
        symbols, groups = self._symbols, self._groups
        for first in range(0, self._count, _AT_ONCE):
            rows = self._store.run(
                f"SELECT id, number, symbols, times FROM way "
                f"WHERE id >= {first} AND id < {first + _AT_ONCE} ORDER BY id"
            )
            for n, number, shown, times in rows:
                yield Trace(n, *groups[number].shared, tuple([symbols[at] for at in shown]), times)


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
        found = self._grouped("d.facts", "d.apart", lambda _name: True)
        self._store.run(
            f"""
            CREATE OR REPLACE TABLE dossier_kind AS
            SELECT d.dossier, r.rank AS id FROM dossier AS d
            JOIN grouped AS g ON {_is_in("d.facts", "d.apart")} JOIN ranked AS r USING (number)
            """
        )
        self._made.add("dossier_kind")
        return tuple(DossierKind(one.rank, *one.shared, one.times) for one in found)

    def traces(self, reads: frozenset[str]) -> Traces:
        """Distinct ways in which dossiers were handled; makes `trace_of` (dossier, id).

        Facts that nobody reads stay out, or independent facts would multiply the traces. A name
        that both events and dossiers have is told of the dossier.
        """
        of_events = [name for name in EVENT_FACTS if name in reads and name not in DOSSIER_FACTS]
        symbols = self._number_symbols(of_events)
        facts = f"d.facts & {_mask(reads.intersection(DOSSIER_FACTS), DOSSIER_FACTS)}"
        is_apart_read = not {SAME_PERSON, DEMAND}.isdisjoint(map(_family, reads))
        apart = "d.apart" if is_apart_read else "CAST(0 AS HUGEINT)"
        groups = self._grouped(facts, apart, lambda name: not reads.isdisjoint((name, _family(name))))
        self._make_ways(facts, apart)
        return _Traces(self._store, {group.number: group for group in groups}, symbols)

    def _make_ways(self, facts: str, apart: str) -> None:
        """Make `way` (id, number, symbols, times) of the dossiers of all parts, and `trace_of`."""
        self._store.drop("walk")
        for _ in self._parts.each("dossier", "judged"):
            self._walk_here(facts, apart)
        self._store.run(
            """
            CREATE OR REPLACE TABLE way AS
            SELECT row_number() OVER (ORDER BY r.rank, w.symbols, w.number) - 1 AS id, w.*
            FROM (SELECT number, symbols, count(*) AS times FROM walk GROUP BY number, symbols) AS w
            JOIN ranked AS r USING (number)
            """
        )
        self._store.run(
            """
            CREATE OR REPLACE TABLE trace_of AS
            SELECT w.dossier, y.id FROM walk AS w JOIN way AS y USING (number, symbols)
            """
        )
        self._store.drop("walk")
        self._made.add("trace_of")

    def _walk_here(self, facts: str, apart: str) -> None:
        """Add to `walk` the dossiers of one part: whom they are like, and their symbols in order.

        Order and symbol are packed into one number, so that a plain sort of a list puts the
        symbols in order (an ORDER BY inside the aggregate is slower and not portable).
        """
        self._store.add(
            "walk",
            f"""
            SELECT d.dossier, g.number, coalesce(w.symbols, []) AS symbols
            FROM dossier_here AS d
            JOIN grouped AS g ON {_is_in(facts, apart)}
            LEFT JOIN (
                SELECT j.dossier, list_transform(
                    list_sort(list((CAST(j.event AS BIGINT) << {_SYMBOL_BITS}) + s.symbol)),
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

    def _grouped(self, facts: str, apart: str, is_told: Callable[[str], bool]) -> list[_Group]:
        """Make `grouped`: what dossiers are by these expressions, each once; and `ranked`: in which order.

        Those that differ only in what is not told have the same rank.
        """
        self._store.run(
            f"""
            CREATE OR REPLACE TABLE grouped AS
            SELECT row_number() OVER () AS number, *
            FROM (
                SELECT d.edition, d."case", d.finished, {facts} AS facts, {apart} AS apart, count(*) AS times
                FROM dossier AS d GROUP BY ALL
            )
            """
        )
        found = []
        asked = 'SELECT number, edition, "case", finished, facts, apart, times FROM grouped'
        for number, at, of_case, finished, packed, packed_apart, times in self._store.run(asked):
            edition, case = self._norms.edition(at), self._cases.say(of_case)
            known = {**_unpacked(packed, DOSSIER_FACTS), **self._apart(edition, packed_apart)}
            told = {name: fact for name, fact in known.items() if is_told(name)}
            order = (edition.procedure.key, edition.era, case, finished, tuple(told.values()))
            shared = (edition.procedure, edition.era, case, told, finished)
            found.append((order, number, shared, times))
        ranks = {order: rank for rank, order in enumerate(sorted({order for order, *_ in found}))}
        groups = sorted(_Group(ranks[order], *told) for order, *told in found)
        ranked = [(group.number, group.rank) for group in groups]
        self._store.put("ranked", integers(ranked, "number", "rank"))
        return groups

    def _where(self, key: int) -> tuple[Edition, str]:
        edition, step = self._places[key >> EVENT_BITS]
        return self._norms.edition(edition), self._norms.steps[step]

    def _apart(self, edition: Edition, packed: int) -> dict[str, int]:
        names = self._norms.pair_facts(edition)
        return {name: packed >> (BITS * at) & _FACT for at, name in enumerate(names)}


def _is_in(facts: str, apart: str) -> str:
    """The condition that a dossier `d` is one of those of `grouped` as `g`."""
    of_dossier = {"edition": "d.edition", '"case"': 'd."case"', "finished": "d.finished"}
    pairs = {**of_dossier, "facts": facts, "apart": apart}
    return " AND ".join(f"g.{name} = {told}" for name, told in pairs.items())


def _family(name: str) -> str:
    """`same_person` of `same_person:a|b`."""
    return name.partition(":")[0]


def _unpacked(packed: int, names: Mapping[str, str]) -> dict[str, int]:
    return {name: packed >> (BITS * at) & _FACT for at, name in enumerate(names)}


def _mask(wanted: Iterable[str], names: Mapping[str, str]) -> int:
    places = {name: at for at, name in enumerate(names)}
    return sum(_FACT << (BITS * places[name]) for name in wanted)
