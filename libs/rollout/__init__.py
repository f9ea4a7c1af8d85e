"""Which clusters may move to which revision. Pure: it decides, others move.

Knows no clock and no store; what it has to know of the time, of the clusters or of gates is a
parameter. It never asks a gate itself and never compiles anything.
"""
