"""Says under each pull request what it would do to requests, and asks forges for new ones.

Reads commits and writes comments. Moves no target, stores nothing that a restart would need, and
never runs what a commit holds.
"""
