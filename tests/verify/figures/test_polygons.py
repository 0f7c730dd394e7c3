"""Regions tile their window, and meet where boundaries are drawn."""

from itertools import combinations

import numpy as np
from drawings import area, derived, drawn, every_diagram, windows_at
from matplotlib.path import Path as Outline

from verify.figures.polygons import clipped, sides
from verify.figures.view import view_of


@every_diagram
def test_regions_tile_the_window(model, noise, estimator, b, source):
    diagram = derived(model, noise, estimator)
    (axes,) = drawn(model, noise, estimator, b, source).axes
    view = view_of(diagram, b=b, source=source)
    window, regions = windows_at(view, diagram)
    assert sum(area(region) for _, region in regions) == area(window)  # exact: they are fractions
    for (_, one), (_, other) in combinations(regions, 2):
        assert not (one and other and clipped(one, sides(other)))
    assert len(axes.patches) == sum(bool(region) for _, region in regions)


@every_diagram
def test_boundaries_are_drawn_where_two_phases_meet(model, noise, estimator, b, source):
    (axes,) = drawn(model, noise, estimator, b, source).axes
    boundaries = [line for line in axes.lines if line.get_color() == "black"]
    # all along a boundary, a step to either side lands in the same two regions
    outlines = [Outline(patch.get_path().vertices) for patch in axes.patches]
    for line in boundaries:
        start, end = np.array(line.get_xydata())
        across = np.array([end[1] - start[1], start[0] - end[0]])
        across *= 1e-6 / np.linalg.norm(across)
        places = [start + share * (end - start) for share in (0.01, 0.25, 0.5, 0.75, 0.99)]
        homes = [
            tuple(
                k
                for sign in (1, -1)
                for k, o in enumerate(outlines)
                if o.contains_point(place + sign * across)
            )
            for place in places
        ]
        assert len(set(homes)) == 1
        assert len(homes[0]) == len(set(homes[0])) == 2
    # and every side of a region that is not one of the window lies on some boundary
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for outline in outlines:
        for start, end in zip(outline.vertices, outline.vertices[1:], strict=False):
            middle = (start + end) / 2
            on_frame = (
                min(
                    abs(middle[0] - left), abs(middle[0] - right), abs(middle[1] - low), abs(middle[1] - high)
                )
                < 1e-9
            )
            assert (
                on_frame
                or any(_on_segment(middle, *line.get_xydata()) for line in boundaries)
                or np.allclose(start, end)
            )


def _on_segment(point, start, end):
    along = np.dot(point - start, end - start) / np.dot(end - start, end - start)
    return -1e-9 < along < 1 + 1e-9 and np.allclose(start + along * (end - start), point, atol=1e-9)
