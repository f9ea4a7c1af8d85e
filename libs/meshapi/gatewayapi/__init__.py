"""Kinds of the Kubernetes Gateway API, as its channel `experimental` has them.

Reads only; what a route means for an Envoy is not decided here.
"""
