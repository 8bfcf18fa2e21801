"""Whether one person held two duties that are to be held apart."""

from __future__ import annotations

import numpy as np

from iso_audit.engine.executions import Executions
from iso_audit.engine.facts import BITS
from iso_audit.engine.sorted_rows import firsts
from iso_audit.engine.store import Array

PAIRS_A_WORD = 30
"""Facts of pairs that one of the two words of a dossier holds."""


def held_apart(e: Executions) -> tuple[Array, Array]:
    """Two words of facts of each dossier, `BITS` for each pair of duties.

    1: held by one person, 2: the actor is missing. Any two executions by one person count, however often the
    steps were repeated.
    """
    words = np.zeros((2, len(e.dossiers)), dtype=np.int64)
    duties = e.asked.norm.duties
    has_duty = np.zeros(len(e.asked.norm.columns["act"]), dtype=bool)
    has_duty[duties.rows] = True
    at = np.flatnonzero(has_duty[e.row])
    which, link = duties.of(e.row[at])
    if not len(which):
        return words[0], words[1]
    at = at[which]
    pairs, people = 2 * PAIRS_A_WORD, len(e.asked.unit_of_person)
    held = (e.of[at] * pairs + duties.columns["pair"][link]) * people + e.actor[at] + 1
    order = np.argsort(held, kind="stable")
    held, at, sides = held[order], at[order], 1 << duties.columns["side"][link[order]]
    first = firsts(held)
    last = np.append(first[1:], len(held)) - 1
    both = np.bitwise_or.reduceat(sides, first)
    whose, is_known = held[first] // people, held[first] % people > 0
    by_one = is_known & (both == 3) & (at[first] != at[last])
    each = firsts(whose)
    unknown = np.logical_or.reduceat(~is_known, each) & (np.bitwise_or.reduceat(both, each) == 3)
    fact = np.where(np.logical_or.reduceat(by_one, each), 1, np.where(unknown, 2, 0))
    of, pair = np.divmod(whose[each], pairs)
    np.add.at(words, (pair // PAIRS_A_WORD, of), fact << (BITS * (pair % PAIRS_A_WORD)))
    return words[0], words[1]
