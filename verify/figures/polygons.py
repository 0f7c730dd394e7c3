"""Convex polygons: what a phase, an intersection of half-planes, looks like inside a window.

With Fractions all is exact: the regions of a diagram tile their window, and two of them share a segment of
a boundary or none.  With floats the same functions serve for pixels.

Functions, in order: `rectangle`, `sides`, `clipped`, `segment`, `touch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

Number = Any
"""Fractions, or floats."""

Point = tuple[Number, Number]
Polygon = tuple[Point, ...]
"""Vertices counterclockwise; none of an empty polygon."""


class HalfPlane(NamedTuple):
    """Where of_x * x + of_y * y + constant >= 0."""

    of_x: Number
    of_y: Number
    constant: Number

    def at(self, point: Point) -> Number:
        """The left side at a point."""
        return self.of_x * point[0] + self.of_y * point[1] + self.constant


def rectangle(horizontal: tuple[Number, Number], vertical: tuple[Number, Number]) -> Polygon:
    """All that lies in two intervals.

    >>> rectangle((0, 2), (0, 1))
    ((0, 0), (2, 0), (2, 1), (0, 1))
    """
    (left, right), (low, high) = horizontal, vertical
    return (left, low), (right, low), (right, high), (left, high)


def sides(polygon: Polygon) -> list[HalfPlane]:
    """The half-planes that a polygon is the intersection of; their normals point inwards.

    >>> sides(rectangle((0, 2), (0, 1)))[0].at((1, 1)) > 0
    True
    """
    half_planes = []
    for (x, y), (next_x, next_y) in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        of_x, of_y = y - next_y, next_x - x
        half_planes.append(HalfPlane(of_x, of_y, -of_x * x - of_y * y))
    return half_planes


def clipped(polygon: Polygon, half_planes: Iterable[HalfPlane]) -> Polygon:
    """What half-planes leave of a polygon; empty if it has no area.

    >>> clipped(rectangle((0.0, 2.0), (0.0, 1.0)), [HalfPlane(-1, 0, 1)])
    ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    >>> clipped(rectangle((0, 2), (0, 1)), [HalfPlane(-1, 0, 0)])
    ()
    """
    for half_plane in half_planes:
        vertices: list[Point] = []
        for start, end in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
            here, there = half_plane.at(start), half_plane.at(end)
            if here >= 0:
                vertices.append(start)
            if here * there < 0:
                share = here / (here - there)
                vertices.append(
                    (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
                )
        polygon = tuple(vertices)
    return polygon if _has_area(polygon) else ()


def segment(line: HalfPlane, within: Sequence[HalfPlane]) -> tuple[Point, Point] | None:
    """The ends of what half-planes leave of the line at the edge of another; None if it is a point or less.

    The half-planes bound it on both sides.

    >>> segment(HalfPlane(1, -1, 0), sides(rectangle((0, 2), (0, 1))))
    ((1.0, 1.0), (0.0, 0.0))
    """
    of_x, of_y, constant = line
    square = of_x * of_x + of_y * of_y
    if square == 0:
        return None
    foot = (-of_x * constant / square, -of_y * constant / square)
    low, high = None, None
    for side in within:
        rate, gap = side.of_x * of_y - side.of_y * of_x, side.at(foot)
        if rate > 0:
            low = -gap / rate if low is None else max(low, -gap / rate)
        elif rate < 0:
            high = -gap / rate if high is None else min(high, -gap / rate)
        elif gap < 0:
            return None
    if low is None or high is None or low >= high:
        return None
    first, last = ((foot[0] + t * of_y, foot[1] - t * of_x) for t in (low, high))
    return first, last


def touch(one: Polygon, other: Polygon) -> bool:
    """Whether two polygons that do not overlap share part of a side; a vertex is not enough.

    >>> square, beside, across = (rectangle((k, k + 1), (h, h + 1)) for k, h in ((0, 0), (1, 0), (1, 1)))
    >>> touch(square, beside), touch(square, across)
    (True, False)
    """
    within = [*sides(one), *sides(other)]
    return any(segment(line, within) is not None for line in sides(one))


def _has_area(polygon: Polygon) -> bool:
    """By the shoelace formula, from the first vertex."""
    if len(polygon) < 3:
        return False
    (x, y), *others = polygon
    doubled = sum((p[0] - x) * (q[1] - y) - (q[0] - x) * (p[1] - y) for p, q in pairwise(others))
    return bool(doubled > 0)
