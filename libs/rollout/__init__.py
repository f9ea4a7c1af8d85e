"""Which clusters may move to which revision. Pure: it decides, others move.

Knows no clock and no store; what it has to know of the time or of the clusters is a parameter.
"""
