"""The event loop in plain Python: a heap of moments, and dossiers that walk through their steps.

Written for speed (whole numbers, pairs on the heap, local names): `compiled_loop` does the same in
machine code and must give the same rows. What happens, in the order in which it is decided:

- The earliest event is next; of two at one tick an arrival, then the dossier that came in first.
- Who finishes work first takes up what waits longest in the role's queue (of the best rank), and
  only then passes the dossier on.
- Work that spans closing time goes on at the next opening. In a queue without ranks it does not
  matter who takes up what while the office is closed; with ranks the choice waits for the opening.
"""

from __future__ import annotations

from heapq import heappop, heappush, heapreplace

from iso_audit.simulation.course import OTHER, RESUMED, WAIT, WAIT_AFTER, WORK, Course
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import NEVER
from iso_audit.simulation.plan import NONE, Plan
from iso_audit.simulation.state import State


def play(plan: Plan, fate: Fate) -> Course:
    """Play one replication. O(events * log of what is under way)."""
    state = State(plan, fate)
    _run(state)
    return state.course()


def _run(state: State) -> None:
    """Play until nothing is left to do or the horizon is reached."""
    heap, free, queues, stride, live = state.heap, state.free, state.queues, state.stride, state.live
    role_of, hours_of, step_of, load_of = state.role, state.hours, state.step, state.load
    opening, closing, beyond, turn = state.opening, state.closing, state.beyond, state.turn
    works, visits_of, only = state.works.rows, state.visits, state.only
    wait_before, wait_after, silent, batch_of = state.wait_before, state.wait_after, state.silent, state.batch
    codes, cames, starts, ends, lengths = (row.append for row in state.rows)
    fifo, horizon, wheres = state.plan.ranks == 1, state.plan.horizon, state.whereabouts
    came, numbers, doors = (each.tolist() for each in state.fate.entrance())
    came.append(NEVER + 1)
    at, todo = 0, list[tuple[int, int]]()
    while True:
        now, code = heap[0]
        if came[at] <= now:
            now, dossier, node = came[at], numbers[at], doors[at]
            at += 1
            slot, leaves = NONE, False
            if wheres is not None:
                wheres[load_of[node], dossier] = [node]
        else:
            if now >= horizon:
                break
            dossier, kind = divmod(code, stride)
            node = kind >> 2
            kind &= 3
            leaves = True
            if kind == WORK:
                role = role_of[node]
                if role < 0:
                    heappop(heap)
                elif not fifo:
                    heappop(heap)
                    state.released(role, now)
                elif queues[role][0]:
                    # as `begin`, without the call
                    code, lay, length = queues[role][0].popleft()
                    hours = hours_of[code % stride >> 2]
                    if closing[hours] <= now:
                        turn(hours, now)
                    begun = opening[hours]
                    if begun < now:
                        begun = now
                    end = begun + length
                    if end > closing[hours]:
                        end = beyond(hours, end - closing[hours])
                    heapreplace(heap, (end, code))
                    codes(code)
                    cames(lay)
                    starts(begun)
                    ends(end)
                    lengths(length)
                else:
                    free[role] += 1
                    heappop(heap)
                if wait_after[node] >= 0:
                    state.wait(dossier, node, now, WAIT_AFTER)
                    continue
            else:
                heappop(heap)
                if kind == OTHER:
                    state.other(dossier, node, now)
                    continue
                leaves, slot = kind == WAIT_AFTER, RESUMED
        while True:
            if leaves:
                flows = only[node]
                if flows is None:
                    flows = state.choose(node, dossier)
                if wheres is not None:
                    where = wheres[load_of[node], dossier]
                    where.remove(node)
                    where += [flow[0] for flow in flows]
                if len(flows) != 1:
                    live[load_of[node]][dossier] += len(flows) - 1
                    todo += flows[::-1]
                else:
                    node, slot = flows[0]
                    leaves = False
            if not leaves and (slot < 0 or state.arrived(node, slot, dossier)):
                step = step_of[node]
                visits = visits_of[step]
                if visits is None:
                    visit = 0
                elif slot == RESUMED:
                    visit = visits[dossier] - 1
                else:
                    visit = visits[dossier]
                    visits[dossier] = visit + 1
                if wait_before[node] >= 0 and slot != RESUMED:
                    state.wait(dossier, node, now, WAIT)
                elif silent[node]:
                    leaves = True
                    continue
                else:
                    rows = works[step]
                    length = (rows[visit] if visit < len(rows) else state.works.row(step, visit))[dossier]
                    code = dossier * stride + (node << 2)
                    role = role_of[node]
                    if batch_of[node] >= 0:
                        state.gather(code, batch_of[node], length, now)
                    elif role >= 0 and not free[role] and fifo:
                        queues[role][0].append((code, now, length))
                    elif fifo:
                        if role >= 0:
                            free[role] -= 1
                        hours = hours_of[node]
                        if closing[hours] <= now:
                            turn(hours, now)
                        begun = opening[hours]
                        if begun < now:
                            begun = now
                        end = begun + length
                        if end > closing[hours]:
                            end = beyond(hours, end - closing[hours])
                        heappush(heap, (end, code))
                        codes(code)
                        cames(now)
                        starts(begun)
                        ends(end)
                        lengths(length)
                    else:
                        state.submit(code, now, length, now)
            if todo:
                node, slot = todo.pop()
                leaves = False
            elif wheres is None or (node := state.settled(load_of[node], dossier)) < 0:
                break
            else:
                leaves, slot = False, NONE
