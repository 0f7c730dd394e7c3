"""Numerical solution of the state evolution of shallow networks, at any size and to any precision."""
