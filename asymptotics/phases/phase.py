"""A phase: one region of exponents, with the laws that hold in it.

A balance (``balance``) says which terms lead, and the monomials that solve them.  A phase adds a name, a
region, and a law for each quantity.  Five laws are at hand; those of the trained objective, of the parts of
the risk, of pruning and of the spectrum are derived when asked for.

Worked by hand, phase VIa of the diagonal network: label noise feeds delta, alpha delta^2 = Delta, the
threshold lies far below it and lets all of it pass, so that the risk is delta^2 = Delta d/n_eff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import And, latex, log

from asymptotics import words
from asymptotics.algebra.regions import region_of
from asymptotics.balance.derivation import Derivation, derivation_of, words_in_latex
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import Law, NoLaw, law_of, risk_law
from asymptotics.balance.regimes import Description, Hypothesis, Model, description
from asymptotics.displays import Display, Displayed
from asymptotics.expressions.checks import require
from asymptotics.expressions.pickling import Stored
from asymptotics.networks.trained import PARTS
from asymptotics.phases.bulk import OverfittedBulk, overfitted_bulk
from asymptotics.phases.pruning import pruned_risk_law
from asymptotics.phases.spectrum import SpectrumLaws, spectrum_laws, trained_network
from asymptotics.symbols import d as dimension
from asymptotics.systems.system import System


@dataclass(frozen=True, repr=False)
class Phase(Displayed, Stored):
    """A region of exponents with one leading law for each quantity.

    Attributes:
        name: as in arXiv:2509.24882; one name may have several regions, as when a second law changes.
        title: the name in words.
        region: strict linear inequalities in a, ell (and b) over Q(gamma).
        risk: excess risk E[(f - f*)^2].
        effective_noise: delta.
        threshold: kappa.
        learned: number of target modes above the noise.
        degrees_of_freedom: D.
        why: the balance in a sentence.
        balance: the derivation: hypothesis, equations, solution and the inequalities checked.
        others: laws of what a system of one's own declares besides, by name; each is an attribute, too.
    """

    name: str
    title: str
    region: And
    risk: Law
    effective_noise: Law
    threshold: Law
    learned: Law
    degrees_of_freedom: Law
    why: str
    balance: Balanced
    others: Mapping[str, Law] = field(default_factory=dict, hash=False)

    def __getattr__(self, name: str) -> Law:
        others: Mapping[str, Law] = self.__dict__.get("others", {})
        if name in others:
            return others[name]
        raise AttributeError(f"a phase has no {name}" + (f"; it has {', '.join(others)}" if others else ""))

    def _title(self) -> str:
        where = " and ".join(map(str, self.region.args))
        risk = dimension**self.risk.exponent * log(dimension) ** self.risk.log_exponent
        return f"Phase {self.name} ({self.title}): risk of order {risk} where {where}"

    def _display(self) -> Display:
        about = (("name", self.name), ("title", self.title), ("region", self.region), ("why", self.why))
        return Display(self._title(), (*about, *self.laws.items()), note=words.SCALES)

    @property
    def hypothesis(self) -> Hypothesis:
        """Which terms dominate."""
        return self.balance.hypothesis

    @property
    def learned_modes(self) -> Law:
        """Number of target modes above the noise: ``learned``, by its name in ``numerics``."""
        return self.learned

    @property
    def laws(self) -> dict[str, Law]:
        """The laws by the names that the quantities have in ``numerics.Solution``; five of a network."""
        named = {
            "excess_risk": self.risk,
            "effective_noise": self.effective_noise,
            "threshold": self.threshold,
            "learned_modes": self.learned,
            "degrees_of_freedom": self.degrees_of_freedom,
            **self.others,
        }
        return {name: law for name, law in named.items() if not isinstance(law, NoLaw)}

    def spectrum(self) -> SpectrumLaws:
        """Laws of the trained weights: their atom at 0, bulk, spikes and tail (``spectrum``).

        Raises:
            NoSuchLaw: when the estimator trains no weights: the Bayes-optimal one, and linear ones.
        """
        return spectrum_laws(self.balance)

    @cached_property
    def train_loss(self) -> Law:
        """Law of the trained objective divided by d (diagonal) or d^2 (quadratic network).

        Raises:
            NoSuchLaw: when the estimator minimises no objective, as the Bayes-optimal one.

        >>> from asymptotics import diagonal, phase_diagram
        >>> phase_diagram(diagonal).locate(a=2, ell=-1, gamma=1.25).train_loss.expr
        Delta*n_eff/(2*d)
        """
        return law_of(self.balance, "train_loss")

    @cached_property
    def pruned_risk(self) -> Law:
        """Law of the excess risk once the bulk of the trained weights is removed (``pruning``).

        It is what ``numerics.Solution.pruned`` computes.

        Raises:
            NoSuchLaw: when the estimator trains no weights.
            NotImplementedError: as ``pruned_risk_law``; for no phase of the diagonal or quadratic network.

        In the phase of harmful overfitting pruning leaves the risk of benign overfitting:

        >>> from asymptotics import phase_diagram, quadratic
        >>> diagram = phase_diagram(quadratic)
        >>> diagram["V"].pruned_risk == diagram["IV"].risk
        True
        """
        return pruned_risk_law(self.balance)

    @property
    def overfitted_bulk(self) -> OverfittedBulk:
        """What noise alone adds to the risk, of which it is a term of the overfitting part (``bulk``).

        Raises:
            NoSuchLaw: when the estimator trains no weights.

        >>> from asymptotics import phase_diagram, quadratic
        >>> bulk = phase_diagram(quadratic)["IV"].overfitted_bulk
        >>> bulk.risk.exponent, bulk.leads_overfitting, bulk.leads_risk
        (2*a/5 - 2/5, True, False)
        """
        return overfitted_bulk(self.balance)

    @property
    def decomposition(self) -> Mapping[str, Law]:
        """Laws of the parts of the risk, by the names they have in ``numerics`` (``decomposition``).

        A dictionary of the caller's own, which pickles.
        Of a network of your own, parts that its declaration does not determine are left out: those of modes
        inside noise of either sign (``error_parts``).  ``overfitted_bulk`` is a term of "overfitting".

        Raises:
            NoSuchLaw: when the estimator trains no weights, so that no mode is learned or left.

        >>> from asymptotics import phase_diagram, quadratic
        >>> parts = phase_diagram(quadratic).locate(a=0.7, ell=-1, gamma=1).decomposition
        >>> {name: part.exponent for name, part in parts.items()}
        {'unlearned': -a + a/(2*gamma), 'learned': -a + a/(2*gamma), 'overfitting': 2*a/5 - 2/5}
        >>> noise_dominated = phase_diagram(quadratic).locate(a=1.5, ell=-1, gamma=1).decomposition
        >>> noise_dominated["unlearned"].evaluate(gamma=1, n_eff=1, noise_variance=1)
        mpf('0.31830988618379069')
        """
        return dict(self._parts)

    @cached_property
    def _parts(self) -> Mapping[str, Law]:
        trained_network(self.balance, "decomposition")
        parts = {}
        for quantity, name in PARTS.items():
            try:
                parts[name] = law_of(self.balance, quantity)
            except NotImplementedError:
                continue
        return parts

    def derivation(self) -> Derivation:
        """The derivation written out: it prints as an appendix would put it, and knows ``to_latex``."""
        return derivation_of(self.balance, Description(self.name, self.title, self.why))

    def to_latex(self) -> str:
        r"""Name, risk and region as LaTeX, without dollars.

        >>> from asymptotics import diagonal, phase_diagram
        >>> print(phase_diagram(diagonal)["III"].to_latex())  # doctest: +ELLIPSIS
        \text{III (shrinkage-dominated):}\quad R \simeq \frac{d^{2} \lambda^{2}}{n_{eff}^{2}} ...
        """
        words = words_in_latex(f"{self.name} ({self.title})")
        title = rf"\text{{{words}:}}"
        where = r",\; ".join(map(latex, self.region.args))
        return rf"{title}\quad R \simeq {self.risk.to_latex()} \quad\text{{where}}\quad {where}"

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"


QUANTITIES = ("effective_noise", "threshold", "learned_modes", "degrees_of_freedom")
"""What every phase has a law of, besides the risk."""


def phase_of(model: Model, balanced: Balanced) -> Phase:
    """The phase in which a balance of a model holds.

    Raises:
        InvalidArgument: the model describes it in other than three strings, or lacks a quantity.
    """
    described = description("describe", model.describe(balanced.hypothesis))
    declared = balanced.regime.quantities
    names = tuple(declared) if isinstance(model, System) else QUANTITIES
    missing = [name for name in names if name not in declared]
    needed = f"functions by the names of all of {', '.join(QUANTITIES)}"
    require(not missing, "quantities", sorted(declared), needed)
    laws = {quantity: law_of(balanced, quantity) for quantity in names}
    delta, kappa, learned, freedom = (
        laws.pop(quantity, NoLaw(f"{model.name} declares no {quantity}")) for quantity in QUANTITIES
    )
    return Phase(
        name=described.name,
        title=described.title,
        region=region_of(balanced.facets, balanced.scales, balanced.domain),
        risk=risk_law(balanced),
        effective_noise=delta,
        threshold=kappa,
        learned=learned,
        degrees_of_freedom=freedom,
        why=described.why,
        balance=balanced,
        others=laws,
    )
