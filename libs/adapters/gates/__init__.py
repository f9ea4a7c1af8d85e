"""Questions of gates over HTTP: Prometheus, and hooks of the operator's own.

Addresses come from repositories, which nobody trusts: only those that the operator listed are
asked, no redirect is followed, and what is read is bounded. It decides nothing about rollouts.
"""
