# SPDX-License-Identifier: Apache-2.0
"""Circles of a graph, which maps each node to the nodes that it needs."""


def reachable(graph, start):
    seen, new = set(), set(graph.get(start, ()))
    while new:
        seen |= new
        new = {target for node in new for target in graph.get(node, ())} - seen
    return seen


def circles(graph):
    """Sorted lists of the nodes that all need each other, directly or through others."""
    reach = {node: reachable(graph, node) for node in graph}
    done = set()
    for node in sorted(graph):
        if node in reach[node] and node not in done:
            circle = sorted(other for other in reach[node] if node in reach.get(other, ()))
            done.update(circle)
            yield circle
