# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From the equations to the weights of a trained network
#
# The quadratic network $f = (\|B^T x\|^2 - \|B\|_F^2)/\sqrt d$ is trained on $n$ samples, with label noise of
# variance $\Delta$ and weight decay $\lambda$.  The eigenvalues of its target fall as $i^{-\gamma}$
# ([arXiv:2509.24882](https://arxiv.org/abs/2509.24882)).  How does its excess risk fall with $n$, and what do
# its weights say about that?
#
# We derive the laws, solve the equations, let the two check each other, train the network, and read its risk
# off its weights alone.
#
# This file is a notebook in the percent format: `jupytext --to notebook examples/walkthrough.py` makes
# `walkthrough.ipynb` of it.  It also runs as a script.  All of it takes less than a minute.

# %% [markdown]
# ## Derive
#
# Let $n_{eff} = n/d = d^a$ and $\lambda = d^\ell$, and let $d$ grow.  A *phase* is a region of exponents in
# which the same terms of the equations lead.

# %%
from dataclasses import replace

import mpmath
import numpy as np

from asymptotics import phase_diagram, quadratic
from verify import phase_diagram_figure

diagram = phase_diagram(quadratic)
diagram

# %%
phase_diagram_figure(diagram, gamma=1.25)

# %% [markdown]
# Where is a network with 20000 samples in $d = 200$ dimensions, trained with weight decay 0.05?  `at` says
# which phase holds best there, what its laws give, and the relative error to expect at this size.

# %%
samples, dim, weight_decay, noise_variance = 20_000, 200, 0.05, 0.25
here = diagram.at(
    n_eff=samples / dim, d=dim, weight_decay=weight_decay, noise_variance=noise_variance, gamma=1.25
)
here

# %%
phase = here.phase
phase.risk

# %% [markdown]
# How does that follow?  The derivation is written out: hypothesis, equations, balance, solution, and every
# inequality that was checked.

# %%
print(phase.derivation())

# %% [markdown]
# ## Solve
#
# A law is exact for large $d$.  At this size the equations themselves have the number, to any number of
# digits, and with a proof by interval arithmetic.

# %%
from numerics import Problem, certify, risk_curve, solve

problem = Problem(
    "quadratic",
    gamma=1.25,
    samples=samples,
    dim=dim,
    weight_decay=weight_decay,
    noise_variance=noise_variance,
)
solution = solve(problem)
solution

# %%
print("30 digits:", mpmath.nstr(solve(problem, digits=30).excess_risk, 30))
low, high = certify(problem, digits=10).excess_risk
print(f"proved: {mpmath.nstr(low, 15)} to {mpmath.nstr(high, 15)}, {float(high - low):.0e} apart")

# %% [markdown]
# At $d = 10^{24}$ the law is all there is.

# %%
large = replace(problem, dim=10**24, samples=10.0**24 * 1e17, weight_decay=1e-24)
law = diagram["V"].risk.evaluate(gamma=1.25, n_eff=1e17, d=1e24, weight_decay=1e-24, noise_variance=0.25)
print(f"solution over law: {solve(large).excess_risk / float(law):.4f}")

# %% [markdown]
# ## Verify
#
# Derivation and solution share no code.  `agreement` compares every law of a diagram with solutions, at
# points that are drawn in every phase.  Here without noise, which takes some seconds.

# %%
from verify import agreement

noiseless = phase_diagram(quadratic, noise="none")
report = agreement(noiseless, seed=1)
report

# %% [markdown]
# Would it see an error?  We make one constant two per cent too large, and ask again.

# %%
phase_n = noiseless["N"]
altered = replace(phase_n, risk=replace(phase_n.risk, expr=phase_n.risk.expr * 1.02))
print("passed:", agreement(replace(noiseless, phases=(altered,), boundaries=()), seed=1).passed)

# %% [markdown]
# ## Train
#
# The network itself, smaller, over its own weights.  Its duality gap proves that nothing is left to gain.

# %%
from numerics import train

small = Problem("quadratic", gamma=1.25, samples=3600, dim=60, weight_decay=0.1, noise_variance=0.25)
trained = train(small, seed=1, progress=False)
trained

# %%
print(f"excess risk {trained.excess_risk:.3f} trained, {solve(small).excess_risk:.3f} in theory")
print(f"duality gap {trained.duality_gap:.1e}")

# %% [markdown]
# The spectrum of its weights: bulk and outliers, and what the equations predict for them.

# %%
theory = solve(small).spectrum()
axes = theory.plot()
weights = trained.spectrum().values
kept = weights[weights > 0]
counts, edges = np.histogram(kept, bins=np.geomspace(0.05, 1.01 * kept.max(), 18))
axes.stairs(
    counts / np.diff(edges) / len(weights), edges, fill=True, alpha=0.4, color="gray", label="trained"
)
axes.set(xscale="log", yscale="log", xlim=(0.05, 1.2 * kept.max()), ylabel="density")
axes.legend()
axes.figure

# %% [markdown]
# The same at growing numbers of samples.  At $d = 60$ few samples give a risk a fifth to a third
# above that of the equations; the difference shrinks as $d$ grows.

# %%
from numerics.figures import NotebookFigure

line = np.geomspace(60, 30_000, 60)
curve = risk_curve(small, line, progress=False)
points = [240, 600, 1500, 3600, 9000]
risks = [train(replace(small, samples=n), seed=1, progress=False).excess_risk for n in points]

figure = NotebookFigure(layout="constrained")
axes = figure.subplots()
axes.loglog(line, [solved.excess_risk for solved in curve], label="state evolution")
axes.loglog(points, risks, "k.", label="trained, one seed")
axes.axvline(60**2 / 4, linestyle=":", color="gray", label="interpolation threshold")
axes.set(xlabel="samples n", ylabel="excess risk R", title="quadratic network, d = 60")
axes.legend()
figure

# %% [markdown]
# ## Infer
#
# What do the weights say without a test set, and without knowing the target?

# %%
from numerics import infer

inferred = infer(trained.eigenvalues, network="quadratic", samples=3600, dim=60, weight_decay=0.1)
inferred

# %%
gamma, risk = inferred.gamma, inferred.excess_risk
print(f"decay of the target: {gamma.value:.2f} +- {gamma.standard_error:.2f}, true 1.25")
print(f"excess risk: {risk.value:.3f} +- {risk.standard_error:.3f}, measured {trained.excess_risk:.3f}")
print(f"spectrum: {inferred.shape.value}")
