"""The lemmas on sums over modes: everything about a model that is analysis, not algebra.

A declaration says what one mode of size s contributes: h(s/T), in units of a scale T (the noise or the
threshold).  What all d modes of a power law s_i = A i^-gamma contribute is one lemma, by which every sum of
the state evolution becomes a monomial.

*Lemma.*  Let K = (A/T)^(1/gamma) be the number of modes above T, and let h(x) ~ c x^p at the end of the sum
that leads: x -> 0 for modes far below T, x -> oo for modes far above it.  To leading order,

    (1/d) sum_i h(s_i/T)  =  (K/d) M[h](-1/gamma)/gamma         (crossover: modes of size about T lead),
                             c (K/d)^(gamma p)/(1 - gamma p)    (last modes: those of i of order d lead)    or
                             c K^(gamma p) zeta(gamma p)/d      (first modes: those of i of order 1 lead),

with M the Mellin transform.  Which of the three holds depends on the powers p of h at 0 and at infinity.

* ``power_sums``: the lemma, with its constants in closed form.
* ``partial_sums``: sums over the first p modes, and over the rest.
* ``uniform_sums``: sums that hold also where the lemma changes case, and their numbers.
* ``noise``: the distribution of a mode without signal, and its edge: how little passes a threshold there.
* ``risk_parts``: what one mode contributes to each part of the risk.
* ``subcritical``: modes below the BBP threshold, seen inside the noise by the Ledoit-Peche overlap.
* ``weight_shares``: how many of the trained weights are zero, and how many are noise.
"""
