"""Fixed exact points of every diagram: inside its cells, and on its walls; in points.json, found once.

``python tests/recorded/points.py`` looks for them again; only where a diagram gains cells is that needed.
"""

import json
import random
from fractions import Fraction
from pathlib import Path

FILE = Path(__file__).with_name("points.json")
INSIDE, SEED = 15, 1
RANGES = {"a": (-1, 5), "ell": (-4, 4), "gamma": (Fraction(11, 20), 3), "b": (0, 3), "source": (0, 3)}


def read():
    """Diagram -> {"inside": points, "walls": points}, each point a dictionary of strings."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def _drawn(rng, names):
    point = {}
    for name in names:
        low, high = RANGES[name]
        point[name] = Fraction(rng.randint(int(low * 20) + 1, int(high * 20) - 1), 20)
    if point["gamma"] == 1:
        point["gamma"] = Fraction(21, 20)
    return point


def _find(diagram, rng):
    from recorded import names as n
    from sympy import Rational, lambdify

    letters = n.exponents_of(diagram)
    gaps = [
        [(r, lambdify([n.SYMBOLS[x] for x in letters], r.gts - r.lts)) for r in n.region(p).args]
        for p in n.phases(diagram)
    ]

    def values(gap, point):
        return gap(*(Rational(point[x].numerator, point[x].denominator) for x in letters))

    drawn = [_drawn(rng, letters) for _ in range(4000)]
    inside = []
    for cell in gaps:
        here = (p for p in drawn if all(values(g, p) > Rational(1, 50) for _, g in cell))
        inside.append(next(here))
    extra = iter(drawn)
    while len(inside) < INSIDE:
        point = next(extra)
        off = all(all(values(g, point) != 0 for _, g in cell) for cell in gaps)
        if point not in inside and off:
            inside.append(point)
    walls = []
    for wall in n.boundaries(diagram):
        gap = n.relation(wall).lhs - n.relation(wall).rhs
        free = [x for x in ("ell", "a", "b", "source", "gamma") if gap.has(n.SYMBOLS[x])]
        numbers = [n.phases(diagram).index(p) for p in n.sides(wall)]
        for _ in range(3000):
            point = _drawn(rng, letters)
            others = {n.SYMBOLS[x]: Rational(v.numerator, v.denominator) for x, v in point.items()}
            del others[n.SYMBOLS[free[0]]]
            left = gap.subs(others)
            slope = left.diff(n.SYMBOLS[free[0]])
            if slope == 0:
                continue
            at = -left.subs(n.SYMBOLS[free[0]], 0) / slope
            if not at.is_Rational or (free[0] in ("b", "source") and at <= 0):
                continue
            point[free[0]] = Fraction(int(at.p), int(at.q))
            margins = [values(g, point) for i in numbers for _, g in gaps[i]]
            if all(m == 0 or m > Rational(1, 20) for m in margins):
                walls.append(point)
                break
        else:
            raise AssertionError(f"no point found on {wall}")
    return {
        kind: [{x: str(v) for x, v in point.items()} for point in found]
        for kind, found in (("inside", inside), ("walls", walls))
    }


def main():
    """Find the points anew."""
    from recorded import cases_asymptotics

    rng = random.Random(SEED)
    found = {}
    for name in cases_asymptotics.DIAGRAMS:
        found[name] = _find(cases_asymptotics.diagram(name), rng)
        print(name, len(found[name]["inside"]), len(found[name]["walls"]), flush=True)
    lines = [f" {json.dumps(name)}: {json.dumps(points)}" for name, points in found.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    import conftest  # noqa: F401  (the folder as a package)

    main()
