"""Random configurations and calls: what libs/routing says against what a real Envoy did.

May not hold any rule of routing itself: Envoy is the oracle.
"""
