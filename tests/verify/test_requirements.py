"""What a hand has made no diagram of is refused by what is wrong, before anything is solved."""

from dataclasses import replace

import pytest
from sympy import And, Eq, Function, I, Symbol, sqrt, true, zoo

from asymptotics import Phase, PhaseDiagram, diagonal, phase_diagram
from asymptotics.balance.laws import NoLaw
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.models import one_pass_sgd
from asymptotics.symbols import a, ell, n_eff
from verify import agreement

DIAGRAM = phase_diagram(diagonal)


def _with_phase(diagram: PhaseDiagram, phase: Phase) -> PhaseDiagram:
    """The diagram with one phase only, perhaps altered."""
    return replace(diagram, phases=(phase,), boundaries=())


def _with_boundary(**altered) -> PhaseDiagram:
    """The diagram with one boundary only, altered."""
    return replace(DIAGRAM, boundaries=(replace(DIAGRAM.boundaries[0], **altered),))


@pytest.mark.parametrize(
    ("altered", "message"),
    [
        (lambda d: replace(d, phases=()), r"phases of the diagram=\(\): must be a tuple of at least one"),
        (lambda d: replace(d, phases=3), "phases of the diagram=3: must be a tuple"),
        (lambda d: replace(d, model=None), "model of the diagram=None: must be a model"),
        (lambda d: replace(d, model="diagonal"), "model of the diagram='diagonal': must be a model"),
        (lambda d: replace(d, estimator="x"), "estimator of the diagram='x': must be erm"),
        (lambda d: replace(d, boundaries=None), "boundaries of the diagram=None: must be a tuple"),
        (lambda d: replace(d, boundaries=("x",)), "boundaries of the diagram='x': must be Boundaries"),
        (lambda d: _with_boundary(relation=None), "relation between Ia and .*=None: must be an equation"),
        (lambda d: _with_boundary(relation=true), "relation between Ia and .*=True: must be an equation"),
        *(
            (
                lambda d, r=relation: _with_boundary(relation=r),
                "relation between Ia and .*: must be an equation of one of",
            )
            for relation in (
                *(Eq(2 * ell, a - 1, evaluate=False), Eq((ell - a) ** 2, 0), Eq(Symbol("z"), 1)),
                *(
                    Eq(ell, I * a, evaluate=False),
                    Eq(ell, zoo, evaluate=False),
                    Eq(a, 2 * a - 1, evaluate=False),
                ),
            )
        ),
        (lambda d: _with_boundary(phases=(d["V"], d["V"])), "phases of a boundary=.*: must be two of"),
        (lambda d: _with_boundary(phases=(d["V"],)), "phases of a boundary=.*: must be two of"),
        (lambda d: _with_phase(d, replace(d["V"], balance=None)), "balance of phase V=None: must be a Bal"),
        (lambda d: _with_phase(d, replace(d["V"], name=None)), "name of a phase=None: must be a string"),
        (lambda d: _with_phase(d, replace(d["V"], others=None)), "others of phase V=None: must be a mapping"),
        (lambda d: _with_phase(d, replace(d["V"], others={"z": 1})), "others of phase V='z': must be of "),
        (
            lambda d: _with_phase(d, replace(d["V"], region=And(Eq(a, 1), ell > 0))),
            "region of phase V=.*: must be an And of inequalities",
        ),
        (
            lambda d: _with_phase(d, replace(d["V"], region=And(a > 1, Symbol("x") > 0))),
            "region of phase V=.*: must be made of a, b, ell, gamma",
        ),
        (lambda d: replace(d, noise="big"), r"noise of the diagram='big': must be fixed, scaled or none"),
        (lambda d: replace(d, phases=("V",)), r"phases of the diagram='V': must be Phases"),
        (
            lambda d: _with_phase(d, replace(d["V"], region=a > 1)),
            r"region of phase V=a > 1: must be an And of",
        ),
        (lambda d: _with_phase(d, replace(d["V"], risk=None)), r"risk of phase V=None: must be a Law"),
        (
            lambda d: _with_phase(d, replace(d["V"], risk=replace(d["V"].risk, constant=1.01))),
            r"risk of phase V=1.01: must be made of real SymPy .*, which its constant is not",
        ),
        (
            lambda d: _with_phase(d, replace(d["V"], threshold=NoLaw("of a hand"))),
            r"laws of phase V=.*: must be those of all quantities of its model, which has threshold besides",
        ),
    ],
)
def test_what_a_hand_has_made_no_diagram_of_is_refused(altered, message):
    with pytest.raises(InvalidArgument, match=message):
        agreement(altered(DIAGRAM))


@pytest.mark.parametrize("quantity", ["risk", "train_loss", "learned"])
@pytest.mark.parametrize(
    ("altered", "message"),
    [
        (lambda law: None, "=None: must be a Law"),
        (lambda law: replace(law, expr=0.5), "=0.5: must be made of real .*, which its expr is not"),
        (lambda law: replace(law, constant="1"), "='1': must be made of real .*, which its constant is not"),
        (lambda law: replace(law, expr=zoo), "=zoo: must be made of real .*, which its expr is not"),
        (lambda law: replace(law, exponent=I), "=I: must be made of real .*, which its exponent is not"),
        (
            lambda law: replace(law, exponent=Function("f")(a)),
            r"=f\(a\): must be made of a, b, ell, gamma and numbers, which its exponent is not",
        ),
        (
            lambda law: replace(law, exponent=sqrt(-a)),
            r"=sqrt\(-a\): must be rational in a, b, ell, gamma, which its exponent is not",
        ),
        (
            lambda law: replace(law, expr=law.expr * Symbol("x")),
            "=.*x.*: must be made of Delta, d, gamma, lambda, n_eff, p, r and numbers, which its expr is not",
        ),
        (
            lambda law: replace(law, constant=law.constant * n_eff),
            "=.*n_eff.*: must be made of a, b, ell, gamma and numbers, which its constant is not",
        ),
        (
            lambda law: replace(law, exponent=Symbol("x")),
            "=x: must be made of a, b, ell, gamma and numbers, which its exponent is not",
        ),
        (
            lambda law: replace(law, log_exponent=Symbol("a")),
            "=a: must be made of a, b, ell, gamma and numbers, which its log_exponent is not",
        ),
    ],
)
def test_what_a_hand_has_made_no_law_of_is_refused(quantity, altered, message):
    """Those of every phase, those that are derived when asked for, and parts of the risk."""
    phase = DIAGRAM["V"]
    wrong = replace(phase, risk=altered(phase.risk)) if quantity == "risk" else replace(phase)
    if quantity == "train_loss":
        wrong.__dict__[quantity] = altered(phase.train_loss)
    if quantity == "learned":
        wrong.__dict__["_parts"] = {**phase._parts, quantity: altered(phase.decomposition[quantity])}
    with pytest.raises(InvalidArgument, match=f"{quantity} of phase V{message}"):
        agreement(_with_phase(DIAGRAM, wrong))


def test_a_phase_of_a_system_without_laws_that_it_declares_is_refused():
    diagram = phase_diagram(one_pass_sgd)
    first, *others = diagram.phases
    with pytest.raises(InvalidArgument, match=r"laws of phase F_0='excess_risk': .* which has g, F_pp, F_0"):
        agreement(replace(diagram, phases=(replace(first, others={}), *others)))
