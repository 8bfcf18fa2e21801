"""The event loop in machine code: `loop` word for word, on arrays. Imported only where numba is there.

Functions take the few tables that they need, since a call with all of them costs more than the work.
Lists of waiting work are chains of links in one pool. Where room or rows of random numbers run out
the loop stops and says so; it is then played again from the beginning with more.

All of it stands in this one file, long as it is: numba takes what it kept of a function for as new as
the file of that function, whatever it calls in others. What it keeps bears in its name what it was made
of: numba writes a list of what is there before the code itself, and whoever reads in between, or after a
break, would get old code under the name of the new.
"""

# what is read of an array has no type
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from iso_audit.simulation.hours import NEVER

F = TypeVar("F", bound=Callable[..., object])
Table = Any
"""An array of whole numbers, in rows whose columns are named below."""

DONE, NO_ROOM, NO_ROWS = range(3)
"""How the loop ended; NO_ROWS: at the step in `counts[STEP]`."""
HEAP, ROWS, POOL, LINKS, STEP, STRIDE, HORIZON, RANKS = range(8)
"""Places in `counts`: events on the heap, rows written, first free link, links taken; what never changes."""

STEP_OF, LOAD, ROLE, HOURS, BATCH, SILENT, WAIT_BEFORE, WAIT_AFTER, RANK, JOIN = range(10)
FIRST_SLOT, LAST_SLOT, FIRST_OPTION, LAST_OPTION, SHARES, SHARE_ROWS, FIRST_GUARD, LAST_GUARD = range(10, 18)
"""Columns of `nodes`; a last one lies behind the end."""
OPENS, CLOSES, WORKED = range(3)
"""Columns of `spans`: work is counted to the end of the span."""
SPAN, OPENING, CLOSING, FIRST_SPAN, LAST_SPAN = range(5)
"""Columns of `clock`, a row for each hours: where they are now, and their rows in `spans`."""
ROLE_HOURS, FREE, AWAITS_OPENING = range(3)
"""Columns of `roles`."""
FIRST_RELEASE, LAST_RELEASE, SIZE = range(3)
"""Columns of `batches`."""
OPTION, GUARD_STEP, MOST = range(3)
"""Columns of `guards`."""
HEAD, TAIL, LENGTH = range(3)
"""Columns of `chains`: queues by role and rank, then batches."""
NEXT, CODE, CAME, WORK = range(4)
"""Columns of `links`."""
FIRST_TOKEN, IS_MESSAGE = range(2)
"""Columns of `slots`."""
FIRST_LIVE, FIRST_WHERE = range(2)
"""Columns of `loads`."""
OF_WORK, OF_WAIT, OF_CHOICE = range(3)
"""Layers of `row_at`: (step, visit) -> where its row begins, -1 where it was not made."""
_NONE, _RESUMED = -1, -2
_WORK, _WAIT, _WAIT_AFTER, _OTHER = range(4)
_SOME = 2


_SOURCES = Path(__file__).read_bytes() + f"{NEVER} {numba.__version__}".encode()
MADE_OF = hashlib.sha256(_SOURCES).hexdigest()[:16]
"""Names these very sources: what numba keeps of other ones is not looked at."""


def forget() -> bool:
    """Delete what is kept of these functions; False, and nothing is done, if it was read without fault."""
    loop: Any = run
    if loop.signatures:
        return False
    for path in Path(loop.stats.cache_path or "").glob(f"machine.*{MADE_OF}*.nb[ic]"):
        path.unlink(missing_ok=True)
    return True


def _jit(function: F) -> F:
    """Compile, and keep the code for the next time where there is a folder to keep it in."""
    function.__qualname__ += f"_{MADE_OF}"
    try:
        return cast(F, numba.njit(cache=True)(function))
    except RuntimeError:
        return cast(F, numba.njit(function))


@_jit
def _push(counts: Table, heap: Table, at: int, code: int) -> None:
    place = counts[HEAP]
    counts[HEAP] = place + 1
    while place > 0:
        parent = (place - 1) >> 1
        other = heap[parent, 0]
        if other < at or (other == at and heap[parent, 1] <= code):
            break
        heap[place, 0] = other
        heap[place, 1] = heap[parent, 1]
        place = parent
    heap[place, 0] = at
    heap[place, 1] = code


@_jit
def _replace(counts: Table, heap: Table, at: int, code: int) -> None:
    """Put an event in the place of the first."""
    size, place = counts[HEAP], 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            heap[right, 0] < heap[child, 0]
            or (heap[right, 0] == heap[child, 0] and heap[right, 1] < heap[child, 1])
        ):
            child = right
        other = heap[child, 0]
        if at < other or (at == other and code <= heap[child, 1]):
            break
        heap[place, 0] = other
        heap[place, 1] = heap[child, 1]
        place = child
    heap[place, 0] = at
    heap[place, 1] = code


@_jit
def _pop(counts: Table, heap: Table) -> None:
    last = counts[HEAP] - 1
    counts[HEAP] = last
    if last:
        _replace(counts, heap, heap[last, 0], heap[last, 1])


@_jit
def _append(
    counts: Table, chains: Table, links: Table, chain: int, code: int, came: int, length: int
) -> None:
    link = counts[POOL]
    counts[POOL] = links[link, NEXT]
    counts[LINKS] += 1
    links[link, CODE] = code
    links[link, CAME] = came
    links[link, WORK] = length
    links[link, NEXT] = -1
    if chains[chain, LENGTH]:
        links[chains[chain, TAIL], NEXT] = link
    else:
        chains[chain, HEAD] = link
    chains[chain, TAIL] = link
    chains[chain, LENGTH] += 1


@_jit
def _take(counts: Table, chains: Table, links: Table, chain: int) -> int:
    """Take the first link off a chain; it can be read until the next is appended."""
    link = chains[chain, HEAD]
    chains[chain, HEAD] = links[link, NEXT]
    chains[chain, LENGTH] -= 1
    links[link, NEXT] = counts[POOL]
    counts[POOL] = link
    counts[LINKS] -= 1
    return link


@_jit
def _note(counts: Table, rows: Table, code: int, came: int, started: int, finished: int, length: int) -> None:
    row = counts[ROWS]
    counts[ROWS] = row + 1
    rows[0, row] = code
    rows[1, row] = came
    rows[2, row] = started
    rows[3, row] = finished
    rows[4, row] = length


@_jit
def _turn(clock: Table, spans: Table, hours: int, now: int) -> None:
    span, last = clock[hours, SPAN], clock[hours, LAST_SPAN] - 1
    while spans[span, CLOSES] <= now and span < last:
        span += 1
    clock[hours, SPAN] = span
    clock[hours, OPENING] = spans[span, OPENS]
    clock[hours, CLOSING] = spans[span, CLOSES]


@_jit
def _beyond(clock: Table, spans: Table, hours: int, left: int) -> int:
    span, last = clock[hours, SPAN], clock[hours, LAST_SPAN] - 1
    if span >= last:
        return NEVER
    goal = spans[span, WORKED] + left
    low, high = span + 1, last
    while low < high:
        middle = (low + high) >> 1
        if spans[middle, WORKED] < goal:
            low = middle + 1
        else:
            high = middle
    if low >= last:
        return NEVER
    return spans[low, CLOSES] - (spans[low, WORKED] - goal)


@_jit
def _end(clock: Table, spans: Table, hours: int, started: int, length: int) -> int:
    """When work is done that begins within the span or at its opening."""
    end = started + length
    if end > clock[hours, CLOSING]:
        return _beyond(clock, spans, hours, end - clock[hours, CLOSING])
    return end


@_jit
def _start(clock: Table, spans: Table, hours: int, now: int) -> int:
    """Now, or the next opening."""
    if clock[hours, CLOSING] <= now:
        _turn(clock, spans, hours, now)
    return max(now, clock[hours, OPENING])


@_jit
def _may_begin(counts: Table, roles: Table, clock: Table, spans: Table, role: int, now: int) -> bool:
    return counts[RANKS] == 1 or _start(clock, spans, roles[role, ROLE_HOURS], now) <= now


@_jit
def _await_opening(counts: Table, heap: Table, roles: Table, clock: Table, role: int) -> None:
    if not roles[role, AWAITS_OPENING]:
        roles[role, AWAITS_OPENING] = 1
        _push(counts, heap, clock[roles[role, ROLE_HOURS], OPENING], role << 2 | _OTHER)


@_jit
def _begin(
    counts: Table,
    heap: Table,
    rows: Table,
    clock: Table,
    spans: Table,
    hours: int,
    code: int,
    came: int,
    length: int,
    now: int,
) -> None:
    started = _start(clock, spans, hours, now)
    end = _end(clock, spans, hours, started, length)
    _note(counts, rows, code, came, started, end, length)
    _push(counts, heap, end, code)


@_jit
def _submit(
    counts: Table,
    nodes: Table,
    roles: Table,
    clock: Table,
    spans: Table,
    heap: Table,
    rows: Table,
    chains: Table,
    links: Table,
    code: int,
    came: int,
    length: int,
    now: int,
) -> None:
    node = code % counts[STRIDE] >> 2
    role = nodes[node, ROLE]
    if role >= 0:
        if not (roles[role, FREE] and _may_begin(counts, roles, clock, spans, role, now)):
            chain = role * counts[RANKS] + nodes[node, RANK]
            _append(counts, chains, links, chain, code, came, length)
            if roles[role, FREE]:
                _await_opening(counts, heap, roles, clock, role)
            return
        roles[role, FREE] -= 1
    _begin(counts, heap, rows, clock, spans, nodes[node, HOURS], code, came, length, now)


@_jit
def _released(
    counts: Table,
    nodes: Table,
    roles: Table,
    clock: Table,
    spans: Table,
    heap: Table,
    rows: Table,
    chains: Table,
    links: Table,
    role: int,
    now: int,
) -> None:
    roles[role, FREE] += 1
    ranks = counts[RANKS]
    while roles[role, FREE]:
        chain = role * ranks
        while chain < (role + 1) * ranks and not chains[chain, LENGTH]:
            chain += 1
        if chain == (role + 1) * ranks:
            return
        if not _may_begin(counts, roles, clock, spans, role, now):
            _await_opening(counts, heap, roles, clock, role)
            return
        roles[role, FREE] -= 1
        link = _take(counts, chains, links, chain)
        code = links[link, CODE]
        hours = nodes[code % counts[STRIDE] >> 2, HOURS]
        _begin(counts, heap, rows, clock, spans, hours, code, links[link, CAME], links[link, WORK], now)


@_jit
def _release(
    counts: Table,
    nodes: Table,
    roles: Table,
    clock: Table,
    spans: Table,
    heap: Table,
    rows: Table,
    chains: Table,
    links: Table,
    chain: int,
    now: int,
) -> None:
    for _ in range(chains[chain, LENGTH]):
        link = _take(counts, chains, links, chain)
        code, came, length = links[link, CODE], links[link, CAME], links[link, WORK]
        _submit(counts, nodes, roles, clock, spans, heap, rows, chains, links, code, came, length, now)


@_jit
def _next_release(releases: Table, low: int, high: int, now: int) -> int:
    while low < high:
        middle = (low + high) >> 1
        if releases[middle] < now:
            low = middle + 1
        else:
            high = middle
    return low


@_jit
def _visit(visit_first: Table, visits: Table, step: int, dossier: int) -> int:
    first = visit_first[step]
    return visits[first + dossier] - 1 if first >= 0 else 0


@_jit
def _row(counts: Table, row_at: Table, layer: int, step: int, visit: int) -> int:
    """Where a row begins; -1, and the step noted, where it was not made."""
    at = row_at[layer, step, visit] if visit < row_at.shape[2] else -1
    if at < 0:
        counts[STEP] = step
    return at


@_jit
def _is_shut(guards: Table, visit_first: Table, visits: Table, guard: int, dossier: int) -> bool:
    first = visit_first[guards[guard, GUARD_STEP]]
    return first >= 0 and visits[first + dossier] >= guards[guard, MOST]


@_jit
def _is_allowed(
    guards: Table, visit_first: Table, visits: Table, first: int, last: int, option: int, dossier: int
) -> bool:
    for guard in range(first, last):
        if guards[guard, OPTION] == option and _is_shut(guards, visit_first, visits, guard, dossier):
            return False
    return True


@_jit
def _share(cumulative: Table, begins: int, option: int) -> float:
    share = cumulative[begins + option]
    return share - cumulative[begins + option - 1] if option else share


@_jit
def _choose(
    nodes: Table,
    cumulative: Table,
    guards: Table,
    visit_first: Table,
    visits: Table,
    node: int,
    dossier: int,
    visit: int,
    chance: float,
) -> int:
    """The option that is taken, counted from the node's first."""
    width = nodes[node, LAST_OPTION] - nodes[node, FIRST_OPTION]
    begins = nodes[node, SHARES] + min(visit, nodes[node, SHARE_ROWS] - 1) * width
    first, last = nodes[node, FIRST_GUARD], nodes[node, LAST_GUARD]
    is_shut = False
    for guard in range(first, last):
        is_shut |= _is_shut(guards, visit_first, visits, guard, dossier)
    if not is_shut:
        for option in range(width):
            if chance < cumulative[begins + option]:
                return option
        return width - 1
    whole, count = 0.0, 0
    for option in range(width):
        if _is_allowed(guards, visit_first, visits, first, last, option, dossier):
            whole += _share(cumulative, begins, option)
            count += 1
    is_any = count == 0
    if is_any:
        count = width
        for option in range(width):
            whole += _share(cumulative, begins, option)
    wanted = int(chance * count) if whole <= 0 else -1
    reached, found = 0.0, 0
    for option in range(width):
        if is_any or _is_allowed(guards, visit_first, visits, first, last, option, dossier):
            found = option
            if wanted == 0:
                return option
            wanted -= 1
            reached += _share(cumulative, begins, option)
            if whole > 0 and chance * whole < reached:
                return option
    return found


@_jit
def _fire(
    nodes: Table,
    slots: Table,
    tokens: Table,
    loads: Table,
    live: Table,
    where: Table,
    node: int,
    dossier: int,
) -> None:
    load, taken = nodes[node, LOAD], -1
    at = loads[load, FIRST_LIVE] + dossier
    live[at] += 1
    for slot in range(nodes[node, FIRST_SLOT], nodes[node, LAST_SLOT]):
        place = slots[slot, FIRST_TOKEN] + dossier
        if tokens[place]:
            taken += 1
            tokens[place] -= 1
            if not slots[slot, IS_MESSAGE]:
                live[at] -= 1
    if loads[load, FIRST_WHERE] >= 0:
        where[loads[load, FIRST_WHERE] + dossier * len(nodes) + node] -= taken


@_jit
def _has_arrived(
    nodes: Table,
    slots: Table,
    tokens: Table,
    loads: Table,
    live: Table,
    where: Table,
    node: int,
    slot: int,
    dossier: int,
) -> bool:
    tokens[slots[slot, FIRST_TOKEN] + dossier] += 1
    if slots[slot, IS_MESSAGE]:
        live[loads[nodes[node, LOAD], FIRST_LIVE] + dossier] -= 1
    if nodes[node, JOIN] == _SOME:
        return False
    for other in range(nodes[node, FIRST_SLOT], nodes[node, LAST_SLOT]):
        if not tokens[slots[other, FIRST_TOKEN] + dossier]:
            return False
    _fire(nodes, slots, tokens, loads, live, where, node, dossier)
    return True


@_jit
def _settled(
    nodes: Table,
    slots: Table,
    tokens: Table,
    loads: Table,
    live: Table,
    where: Table,
    reaches: Table,
    load: int,
    dossier: int,
) -> int:
    first = loads[load, FIRST_WHERE] + dossier * len(nodes)
    for node in range(len(nodes)):
        if not where[first + node] or nodes[node, JOIN] != _SOME:
            continue
        lying, is_awaited = 0, False
        for slot in range(nodes[node, FIRST_SLOT], nodes[node, LAST_SLOT]):
            lying += tokens[slots[slot, FIRST_TOKEN] + dossier]
        for other in range(len(nodes)):
            if where[first + other] <= (lying if other == node else 0):
                continue
            to_empty, to_filled = False, False
            for slot in range(nodes[node, FIRST_SLOT], nodes[node, LAST_SLOT]):
                if reaches[other, slot]:
                    is_filled = tokens[slots[slot, FIRST_TOKEN] + dossier] > 0
                    to_filled |= is_filled
                    to_empty |= not is_filled
            is_awaited |= to_empty and not to_filled
        if lying and not is_awaited:
            _fire(nodes, slots, tokens, loads, live, where, node, dossier)
            return node
    return -1


@_jit
def _wait(
    counts: Table,
    heap: Table,
    rows: Table,
    clock: Table,
    spans: Table,
    hours: int,
    code: int,
    length: int,
    now: int,
) -> None:
    """Let a dossier lie before or after a step."""
    end = now
    started = _start(clock, spans, hours, now)
    if length:
        end = _end(clock, spans, hours, started, length)
    _note(counts, rows, code, now, now, end, length)
    _push(counts, heap, end, code)


@_jit
def run(
    counts: Table,
    nodes: Table,
    flows: Table,
    flow: Table,
    cumulative: Table,
    guards: Table,
    reaches: Table,
    roles: Table,
    clock: Table,
    spans: Table,
    batches: Table,
    releases: Table,
    row_at: Table,
    lengths: Table,
    chances: Table,
    arrivals: Table,
    heap: Table,
    rows: Table,
    chains: Table,
    links: Table,
    visit_first: Table,
    visits: Table,
    loads: Table,
    live: Table,
    slots: Table,
    tokens: Table,
    where: Table,
    todos: Table,
) -> int:
    """Play until nothing is left to do or the horizon is reached; says how it ended."""
    stride, fifo, horizon = counts[STRIDE], counts[RANKS] == 1, counts[HORIZON]
    queues = len(roles) * counts[RANKS]
    # an event writes a row and pushes for each flow of a split, for each of a batch, and where ranks
    # wait for an opening for each of a queue
    margin, counted = 64 + len(flow), queues if fifo else 0
    at, todo, node, slot, dossier, now = 0, 0, 0, _NONE, 0, 0
    while True:
        largest = margin
        for chain in range(counted, len(chains)):
            largest += chains[chain, LENGTH]
        if (
            counts[ROWS] + largest > rows.shape[1]
            or counts[HEAP] + largest > len(heap)
            or counts[LINKS] + largest > len(links)
        ):
            return NO_ROOM
        now, code = heap[0, 0], heap[0, 1]
        if arrivals[at, 0] <= now:
            now, dossier, node = arrivals[at, 0], arrivals[at, 1], arrivals[at, 2]
            at += 1
            slot, leaves = _NONE, False
            if loads[nodes[node, LOAD], FIRST_WHERE] >= 0:
                where[loads[nodes[node, LOAD], FIRST_WHERE] + dossier * len(nodes) + node] = 1
        else:
            if now >= horizon:
                return DONE
            dossier = code // stride
            kind = code - dossier * stride
            node = kind >> 2
            kind &= 3
            leaves = True
            if kind == _WORK:
                role = nodes[node, ROLE]
                if role >= 0 and fifo and chains[role, LENGTH]:
                    link = _take(counts, chains, links, role)
                    code, came, length = links[link, CODE], links[link, CAME], links[link, WORK]
                    hours = nodes[code % stride >> 2, HOURS]
                    started = _start(clock, spans, hours, now)
                    end = _end(clock, spans, hours, started, length)
                    _note(counts, rows, code, came, started, end, length)
                    _replace(counts, heap, end, code)
                else:
                    _pop(counts, heap)
                    if role >= 0:
                        _released(counts, nodes, roles, clock, spans, heap, rows, chains, links, role, now)
                if nodes[node, WAIT_AFTER] >= 0:
                    step = nodes[node, STEP_OF]
                    first = _row(counts, row_at, OF_WAIT, step, _visit(visit_first, visits, step, dossier))
                    if first < 0:
                        return NO_ROWS
                    code = dossier * stride + (node << 2 | _WAIT_AFTER)
                    hours = nodes[node, WAIT_AFTER]
                    _wait(counts, heap, rows, clock, spans, hours, code, lengths[first + dossier], now)
                    continue
            else:
                _pop(counts, heap)
                if kind == _OTHER:
                    if dossier:
                        _release(
                            counts, nodes, roles, clock, spans, heap, rows, chains, links, queues + node, now
                        )
                    else:
                        roles[node, AWAITS_OPENING] = 0
                        roles[node, FREE] -= 1
                        _released(counts, nodes, roles, clock, spans, heap, rows, chains, links, node, now)
                    continue
                leaves, slot = kind == _WAIT_AFTER, _RESUMED
        while True:
            if leaves:
                load = nodes[node, LOAD]
                option = nodes[node, FIRST_OPTION]
                if nodes[node, LAST_OPTION] - option > 1:
                    step = nodes[node, STEP_OF]
                    visit = _visit(visit_first, visits, step, dossier)
                    first = _row(counts, row_at, OF_CHOICE, step, visit)
                    if first < 0:
                        return NO_ROWS
                    chance = chances[first + dossier]
                    option += _choose(
                        nodes, cumulative, guards, visit_first, visits, node, dossier, visit, chance
                    )
                first, last = flows[option], flows[option + 1]
                if loads[load, FIRST_WHERE] >= 0:
                    base = loads[load, FIRST_WHERE] + dossier * len(nodes)
                    where[base + node] -= 1
                    for one in range(first, last):
                        where[base + flow[one, 0]] += 1
                if last - first == 1:
                    node, slot = flow[first, 0], flow[first, 1]
                    leaves = False
                else:
                    live[loads[load, FIRST_LIVE] + dossier] += last - first - 1
                    if todo + last - first > len(todos):
                        return NO_ROOM
                    for one in range(last - 1, first - 1, -1):
                        todos[todo, 0] = flow[one, 0]
                        todos[todo, 1] = flow[one, 1]
                        todo += 1
            if not leaves and (
                slot < 0 or _has_arrived(nodes, slots, tokens, loads, live, where, node, slot, dossier)
            ):
                step = nodes[node, STEP_OF]
                if visit_first[step] >= 0 and slot != _RESUMED:
                    visits[visit_first[step] + dossier] += 1
                visit = _visit(visit_first, visits, step, dossier)
                if nodes[node, WAIT_BEFORE] >= 0 and slot != _RESUMED:
                    first = _row(counts, row_at, OF_WAIT, step, visit)
                    if first < 0:
                        return NO_ROWS
                    code = dossier * stride + (node << 2 | _WAIT)
                    hours = nodes[node, WAIT_BEFORE]
                    _wait(counts, heap, rows, clock, spans, hours, code, lengths[first + dossier], now)
                elif nodes[node, SILENT]:
                    leaves = True
                    continue
                else:
                    first = _row(counts, row_at, OF_WORK, step, visit)
                    if first < 0:
                        return NO_ROWS
                    length = lengths[first + dossier]
                    code = dossier * stride + (node << 2)
                    batch = nodes[node, BATCH]
                    if batch < 0:
                        _submit(
                            counts,
                            nodes,
                            roles,
                            clock,
                            spans,
                            heap,
                            rows,
                            chains,
                            links,
                            code,
                            now,
                            length,
                            now,
                        )
                    else:
                        chain = queues + batch
                        _append(counts, chains, links, chain, code, now, length)
                        if chains[chain, LENGTH] == batches[batch, SIZE]:
                            _release(
                                counts, nodes, roles, clock, spans, heap, rows, chains, links, chain, now
                            )
                        elif chains[chain, LENGTH] == 1:
                            last = batches[batch, LAST_RELEASE]
                            due = _next_release(releases, batches[batch, FIRST_RELEASE], last, now)
                            if due < last:
                                _push(counts, heap, releases[due], stride + (batch << 2 | _OTHER))
            if todo:
                todo -= 1
                node, slot = todos[todo, 0], todos[todo, 1]
                leaves = False
            elif loads[nodes[node, LOAD], FIRST_WHERE] < 0:
                break
            else:
                node = _settled(nodes, slots, tokens, loads, live, where, reaches, nodes[node, LOAD], dossier)
                if node < 0:
                    break
                leaves, slot = False, _NONE
