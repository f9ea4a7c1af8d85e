"""What to do to a cluster: desired objects, inventory and what is seen in, an immutable plan out.

Decides everything, and does nothing: no clock, no request, no log. Whoever executes a plan has no
choices left. Knows neither how a cluster is reached nor where an inventory is kept.
"""
