"""Words that every other package shares: ids, origins, messages, revisions, loop errors.

Standard library only. No I/O, no clock, no randomness, and nothing that only one package needs.
"""
