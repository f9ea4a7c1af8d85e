"""Long random runs of whole parts of the system, each from a seed that it prints.

A run holds what the system did against the plain way to the same result. It starts no real part.
"""
