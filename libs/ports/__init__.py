"""Seams to the world as Protocols: clock, randomness, git, clusters, store, feed.

Protocols and the values that cross them, nothing else: no implementation, no default, no library.
Real ones live in `libs.adapters`, in-memory twins in `libs.fakes`; `tests/contract` holds both to
the same behaviour.
"""
