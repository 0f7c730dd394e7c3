"""The lemmas on sums over modes: everything about a model that is analysis, not algebra.

A declaration says what one mode of size s contributes.  What all d modes of a power law s_i = A i^-gamma
contribute is one lemma, by which every sum of the state evolution becomes a monomial.

*Lemma.*  With K = (A/T)^(1/gamma) the number of modes above the scale T,

    (1/d) sum_i h(s_i/T)  =  (K/d) M[h](-1/gamma)/gamma    (crossover),
                             c (K/d)^(gamma p)/(1 - gamma p)    (last modes)    or
                             c K^(gamma p) zeta(gamma p)/d    (first modes),

to leading order, M the Mellin transform; which of the three depends on the powers of h at 0 and at infinity.

* ``power_sums``: the lemma, with its constants in closed form.
* ``noise``: the distribution of a mode without signal, and its edge: how little passes a threshold there.
* ``risk_parts``: what one mode contributes to each part of the risk.
* ``subcritical``: modes below the BBP threshold, seen inside the noise by the Ledoit-Peche overlap.
* ``weight_shares``: how many of the trained weights are zero, and how many are noise.
"""
