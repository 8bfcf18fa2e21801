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
    number = [0] * len(outs)
    lowest = [0] * len(outs)
    following = [0] * len(outs)
    on_stack = bytearray(len(outs))
    stack: list[int] = []
    found: list[list[int]] = []
    counter = 0
    for root in roots:
        if number[root] or not allowed[root]:
            continue
        counter += 1
        number[root] = lowest[root] = counter
        stack.append(root)
        on_stack[root] = 1
        work = [root]
        while work:
            node = work[-1]
            edges, at = outs[node], following[node]
            while at < len(edges):
                after = target[edges[at]]
                at += 1
                if not allowed[after]:
                    continue
                if not number[after]:
                    counter += 1
                    number[after] = lowest[after] = counter
                    stack.append(after)
                    on_stack[after] = 1
                    work.append(after)
                    following[node] = at
                    break
                if on_stack[after] and number[after] < lowest[node]:
                    lowest[node] = number[after]
            else:
                work.pop()
                if work and lowest[node] < lowest[work[-1]]:
                    lowest[work[-1]] = lowest[node]
                if lowest[node] == number[node]:
                    component = _unwind(stack, on_stack, node)
                    if len(component) > 1 or any(target[edge] == node for edge in outs[node]):
                        found.append(sorted(component))
    return sorted(found)


def _unwind(stack: list[int], on_stack: bytearray, root: int) -> list[int]:
    component = []
    while True:
        node = stack.pop()
        on_stack[node] = 0
        component.append(node)
        if node == root:
            return component
