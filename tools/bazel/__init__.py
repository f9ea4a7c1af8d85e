"""Build glue: shims that let Debian's offline Bazel run Python rules, and the runner of its tests.

Only Bazel loads what is here; nothing in the product imports it.
"""
