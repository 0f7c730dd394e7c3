"""What a comparison leaves behind: the phases derived, the checks, what was left out, what would be caught.

One record is one row of a table.  Rows of one phase are told apart from those of another phase of the same
name by the region, in which each holds.

In this order: ``Row``, ``DerivedPhase``, ``Check``, ``Omission``, ``Kill``, ``RunInfo``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from verify.verdicts import Kind, Verdict

PROVED = "certified"
"""The quantity of a check against a proved enclosure, at dimensions of its own."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """Whose row it is.

    Attributes:
        network: the model that was derived and solved.
        noise, estimator, width: of the diagram.
        phase: by its name, which another phase of the diagram may have, too.
        region: where the phase holds: its inequalities.
    """

    network: str
    phase: str
    noise: str = "fixed"
    estimator: str = "erm"
    width: str = "full"
    region: str = ""

    @property
    def diagram(self) -> str:
        """The diagram in words; what is usual is left out."""
        noise = "" if self.noise == "fixed" else f", noise {self.noise}"
        estimator = "" if self.estimator == "erm" else f", estimator {self.estimator}"
        width = "" if self.width == "full" else f", width {self.width}"
        return f"{self.network}{noise}{estimator}{width}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells one phase from all others: diagram, name and region."""
        return self.diagram, self.phase, self.region


@dataclass(frozen=True, kw_only=True)
class DerivedPhase(Row):
    """A phase as derived.

    Attributes:
        title: the name in words.
        risk: its law, in the physical variables.
        exponent: of d in the risk, with the power of log d if there is one.
        laws: of the other quantities, by name.
    """

    title: str
    risk: str
    exponent: str
    laws: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _AtPoint(Row):
    """A row of one quantity at one point."""

    quantity: str
    a: Fraction | None
    ell: Fraction | None
    gamma: Fraction | None
    b: Fraction | None
    dim: int
    others: tuple[tuple[str, Fraction], ...] = ()

    @property
    def place(self) -> str:
        """The point in words."""
        of_networks = {name: getattr(self, name) for name in ("a", "ell", "gamma", "b")}
        at = {name: value for name, value in of_networks.items() if value is not None}
        return ", ".join(f"{name} = {value}" for name, value in {**at, **dict(self.others)}.items())


@dataclass(frozen=True, kw_only=True)
class Check(_AtPoint):
    """One number of one law at one point: derived, and measured on the equations up to ``dim``.

    Attributes:
        network, noise, estimator, width, phase, region: as ``Row`` has them.
        quantity: whose law it is.
        kind: "exponent", "log_exponent" or "constant", the last as the ratio of solution to law, so that 1 is
            predicted; "boundary" and "spectrum" are such ratios to the laws there (``checks``), or numbers
            of their own (``words.MEANING``), such as how many phases hold at a point (``coverage``).
        a, ell, gamma, b: the point; a, ell and b are None where a diagram does not have them.
        dim: the last dimension of the ladder; 0 where nothing was solved.
        predicted, measured: the number.
        uncertainty: estimate of the error of ``measured``.
        tolerance: how far apart the two may be, made from ``uncertainty`` (``verdicts``).
        verdict: "agrees", "disagrees" or "undecided".
        others: the coordinates and parameters of a system that networks do not have, by name.
    """

    kind: Kind
    predicted: float
    measured: float
    uncertainty: float
    tolerance: float
    verdict: Verdict

    @property
    def passed(self) -> bool:
        """Whether the two agree; what is undecided has not passed."""
        return self.verdict == "agrees"

    @property
    def error(self) -> float:
        """How far apart the two are; 0 where both are -oo, as exponents of a quantity that vanishes."""
        return 0.0 if self.predicted == self.measured else abs(self.predicted - self.measured)


@dataclass(frozen=True, kw_only=True)
class Omission(_AtPoint):
    """A law, or one number of it, that was not compared at one point of the comparison, and why.

    Attributes:
        kind: of the number; None where nothing of the law was compared.
        reason: in words.
    """

    kind: Kind | None
    reason: str


@dataclass(frozen=True)
class Kill:
    """A planted error, and the check that finds it.

    Attributes:
        name: of the error.
        error: what is wrong, in a sentence.
        diagram: in which it is planted, in words.
        by: the first check that fails; None if none does, and the error survives.
        compared: how many checks were made until then.
    """

    name: str
    error: str
    diagram: str
    by: Check | None
    compared: int

    def __repr__(self) -> str:
        outcome = "survives" if self.by is None else f"found by {self.by.kind} of {self.by.quantity}"
        return f"<Kill of {self.name}: {outcome}, {self.compared} checks>"


@dataclass(frozen=True)
class RunInfo:
    """Where a report comes from.

    Attributes:
        version: of the distribution.
        date: of the end of the run, in ISO 8601, with the time zone.
        command: that writes the report again.
    """

    version: str
    date: str
    command: str
