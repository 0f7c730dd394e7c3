"""Labels of regions: each inside its region; what finds no room there stands beside the axes.

Texts are measured as they will be drawn, in pixels.  The centres at which a box lies inside a convex polygon
are the polygon with every side moved inwards by half of the box's extent along its normal: convex again, so
that nothing is left to trial.  Among them the label takes one far from what else is drawn and near to the
middle.

A label is set in the first of its ``SHAPES`` that fits.  If none does, its exponent moves to a key on the
right, and the name stays; if the name is too large too, or stands for several exponents, an arrow leads from
the key to the region; to one of them, where regions of one name and law touch, and to none if a label stands
there already.

The places are those for the size that the axes have when labels are set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray

from verify.figures.polygons import HalfPlane, Polygon, clipped, sides, touch

PADDING = 2.5
"""Least distance of a label from anything else, in points."""

ENOUGH = 14.0
"""The distance beyond which the middle of the region counts for more, in points."""

CANDIDATES = 48
"""Places tried along each axis."""

Pixels = NDArray[np.float64]


class Shape(NamedTuple):
    """Sizes of name and exponent in points; the exponent stands below the name, or beside it."""

    name: float
    exponent: float
    below: bool


SHAPES = (Shape(12, 10, True), Shape(11, 9.5, False), Shape(10, 8.5, True))
NAME_ALONE = (Shape(11, 0, True), Shape(8.5, 0, True))


@dataclass(frozen=True)
class Label:
    """The name of a phase and the risk in it, for one region in data coordinates."""

    name: str
    exponent: str
    region: Polygon
    colour: str


def set_labels(axes: Axes, labels: Sequence[Label], obstacles: Pixels) -> None:
    """Write the labels of regions into axes.

    Args:
        axes: with their final limits.
        labels: one for each region.
        obstacles: points that labels keep clear of, in data coordinates, of shape (k, 2).
    """
    points = axes.transData.transform(obstacles)
    keyed: list[Label] = []
    key: list[Any] = []
    for _ in range(len(labels) + 1):  # the key takes room from the axes, which may crowd out more labels
        axes.figure.canvas.figure.draw_without_rendering()
        points = axes.transData.transform(obstacles)
        crowded = [x for x in labels if x not in keyed and _fit(axes, x, SHAPES, points) is None]
        if not crowded:
            break
        for entry in key:
            entry.remove()
        keyed = [x for x in labels if x in keyed or x in crowded]
        large = [x for x in keyed if _is_pointed_at(axes, x, labels, points)]
        spared = _spared(large, labels)
        pointed = [x for x in large if x not in spared]
        written = [x for x in labels if x not in keyed]
        key = _write_key(axes, [x for x in keyed if x not in spared], pointed, written)
    arrows = [entry for entry in key if entry.arrow_patch is not None]
    paths = [np.linspace(*_ends(axes, arrow), 100) for arrow in arrows]
    for label in labels:
        if label in keyed and _is_pointed_at(axes, label, labels, points):
            continue
        shapes = NAME_ALONE if label in keyed else SHAPES
        clear = _fit(axes, label, shapes, np.concatenate([points, *paths]))
        texts = clear or _fit(axes, label, shapes, points)
        for text in texts or ():
            axes.add_artist(text)


def _is_pointed_at(axes: Axes, label: Label, labels: Sequence[Label], points: Pixels) -> bool:
    """Whether the name alone does not do for a label: too large, or of regions of several exponents."""
    meanings = {other.exponent for other in labels if other.name == label.name}
    return len(meanings) > 1 or _fit(axes, label, NAME_ALONE, points) is None


def _spared(pointed: Sequence[Label], labels: Sequence[Label]) -> list[Label]:
    """Of those to be pointed at, the ones whose label stands next door, in a region of the same law."""
    spared: list[Label] = []
    for label in pointed:
        joined = _joined(label, labels)
        if any(other not in pointed for other in joined) or label != next(x for x in pointed if x in joined):
            spared.append(label)
    return spared


def _joined(label: Label, labels: Sequence[Label]) -> list[Label]:
    """The labels of the regions that make one with its own: of one name and law, each touching another."""
    meaning = (label.name, label.exponent)
    left = [other for other in labels if other != label and (other.name, other.exponent) == meaning]
    joined = [label]
    for member in joined:  # which grows meanwhile
        touching = [other for other in left if touch(member.region, other.region)]
        joined += touching
        left = [other for other in left if other not in touching]
    return joined


def _fit(axes: Axes, label: Label, shapes: Sequence[Shape], points: Pixels) -> list[Text] | None:
    """The texts of a label in the first of the shapes that fits, placed; None if none does."""
    point = axes.figure.canvas.figure.dpi / 72
    corners = axes.transData.transform(np.array(label.region, dtype=float))
    for shape in shapes:
        texts = _texts(axes, label, shape)
        sizes = [np.array(text.get_window_extent().size) for text in texts]
        along = 1 if shape.below else 0  # the axis along which the texts follow each other
        gap = point * (1 if shape.below else 4) * (len(texts) - 1)
        box = np.max(sizes, axis=0)
        box[along] = sum(size[along] for size in sizes) + gap
        centre = place_of_box(corners, box + 2 * PADDING * point, points, ENOUGH * point)
        if centre is not None:
            outwards = 1 if shape.below else -1  # the name is first: above, or on the left
            for text, size, side in zip(texts, sizes, (outwards, -outwards), strict=False):
                place = np.array(centre)
                place[along] += side * (box[along] - size[along]) / 2
                text.set_position(tuple(axes.transData.inverted().transform(place)))
            return texts
    return None


def _texts(axes: Axes, label: Label, shape: Shape) -> list[Text]:
    # legible where there is little room
    halo = [withStroke(linewidth=2, foreground=label.colour)]
    common: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4, "path_effects": halo}
    texts = [Text(text=label.name, fontsize=shape.name, fontweight="bold", parse_math=False, **common)]
    if shape.exponent:
        texts.append(Text(text=label.exponent, fontsize=shape.exponent, **common))
    for text in texts:
        text.set_figure(axes.figure)
    return texts


def place_of_box(corners: Pixels, box: Pixels, avoided: Pixels, enough: float) -> Pixels | None:
    """The centre of a box inside a convex polygon and off points; None if there is no place.

    Args:
        corners: of the polygon, counterclockwise, shape (k, 2).
        box: width and height.
        avoided: points that the box must not hold, shape (m, 2) or empty.
        enough: a distance; those beyond it count as equal.

    >>> square = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])
    >>> place_of_box(square, np.array([11.0, 2.0]), np.array([]), 1.0) is None
    True
    """
    inwards: Pixels = np.array(sides(tuple(map(tuple, corners))))
    lengths = np.linalg.norm(inwards[:, :2], axis=1, keepdims=True)
    inwards = (inwards / np.where(lengths > 0, lengths, 1))[lengths[:, 0] > 0]
    reach = np.abs(inwards[:, :2]) @ box / 2
    moved = [
        HalfPlane(x, y, constant - inset)
        for (x, y, constant), inset in zip(inwards.tolist(), reach.tolist(), strict=True)
    ]
    room = clipped(tuple(map(tuple, corners.tolist())), moved)
    if not room:
        return None
    low, high = np.min(room, axis=0), np.max(room, axis=0)
    shares = (np.arange(CANDIDATES) + 0.5) / CANDIDATES
    grid = np.stack(np.meshgrid(*(low + np.outer(shares, high - low)).T), axis=-1).reshape(-1, 2)
    middle = np.mean(corners, axis=0)
    if avoided.size:
        avoided = avoided[np.all((avoided >= corners.min(axis=0)) & (avoided <= corners.max(axis=0)), axis=1)]
    candidates = np.vstack([grid, np.mean(room, axis=0)])
    free = np.min(candidates @ inwards[:, :2].T + inwards[:, 2] - reach, axis=1)
    if avoided.size:
        apart = np.abs(candidates[:, None, :] - avoided[None, :, :]) - box / 2
        free = np.minimum(free, np.min(np.max(apart, axis=2), axis=1))
    if not np.any(free > 0):
        return None
    score = np.minimum(free, enough) - 0.02 * np.linalg.norm(candidates - middle, axis=1)
    best: Pixels = candidates[np.where(free > 0, score, -np.inf).argmax()]
    return best


def _write_key(
    axes: Axes, labels: Sequence[Label], pointed: Sequence[Label], written: Sequence[Label]
) -> list[Any]:
    """The labels to the right of the axes, from top to bottom as their regions lie.

    A name whose exponent is written in another region needs no entry.
    """
    known = {(label.name, label.exponent) for label in written}
    middles = {label: np.mean(np.array(label.region, dtype=float), axis=0) for label in labels}
    ordered = sorted(labels, key=lambda label: -middles[label][1])
    entries = {
        (x.name, x.exponent, x if x in pointed else None): middles[x]
        for x in ordered
        if x in pointed or (x.name, x.exponent) not in known
    }
    return [
        axes.annotate(
            f"{name.replace('$', chr(92) + '$')}:  {exponent}",
            xy=tuple(middle),
            xytext=(1.03, 1 - (index + 0.5) / len(entries)),
            textcoords="axes fraction",
            va="center",
            fontsize=10,
            zorder=5,
            annotation_clip=False,
            arrowprops=None if region is None else {"arrowstyle": "-|>", "linewidth": 0.7, "shrinkB": 0},
        )
        for index, ((name, exponent, region), middle) in enumerate(entries.items())
    ]


def _ends(axes: Axes, arrow: Any) -> tuple[Pixels, Pixels]:
    return axes.transData.transform(arrow.xy), axes.transAxes.transform(arrow.xyann)
