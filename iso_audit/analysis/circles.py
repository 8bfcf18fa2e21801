"""Steps that lead back to themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def circles_of(
    outs: Sequence[Sequence[int]], target: Sequence[int], roots: Iterable[int], allowed: bytearray
) -> list[list[int]]:
    """The components that `roots` lead to, inside `allowed`.

    Nodes in ascending order, components by their first node. Complexity: linear. Tarjan's
    algorithm without recursion (R. Tarjan, SIAM J. Comput. 1(2), 1972,
    doi:10.1137/0201010); on these arrays several times as fast as networkx, which it is
    tested against.
    """
    done = len(outs) + 1
    number = [0] * len(outs)
    lowest = [done] * len(outs)  # of what is on the stack
    own: set[int] = set()
    stack: list[int] = []
    found: list[list[int]] = []
    counter = 0
    for root in roots:
        if number[root] or not allowed[root]:
            continue
        work = [root]
        while work:
            node = work.pop()
            if node >= 0:
                if number[node]:
                    continue
                counter += 1
                number[node] = lowest[node] = counter
                stack.append(node)
                work.append(~node)
                for edge in outs[node]:
                    after = target[edge]
                    if not number[after]:
                        if allowed[after]:
                            work.append(after)
                    elif after == node:
                        own.add(node)
                continue
            node = ~node
            low = number[node]
            for edge in outs[node]:
                if lowest[target[edge]] < low:
                    low = lowest[target[edge]]
            lowest[node] = low
            if low == number[node]:
                at = len(stack) - 1
                while stack[at] != node:
                    at -= 1
                for other in stack[at:]:
                    lowest[other] = done
                if at + 1 < len(stack) or node in own:
                    found.append(sorted(stack[at:]))
                del stack[at:]
    return sorted(found)
