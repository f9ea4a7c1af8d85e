"""In-memory twins of the ports, for tests only.

Each passes the same contract tests as the real one. A twin may not be smarter than what it stands
for, and no service imports one.
"""
