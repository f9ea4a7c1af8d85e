"""The machine's own clock and randomness, and the step listener of production.

The only place that may read wall time or random bytes. It may not decide anything.
"""
