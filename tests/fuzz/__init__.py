"""Inputs that nobody would write, made from those that somebody did; seeded, so that each repeats.

Nothing here knows what an input should give: only that it gives something, soon, in bounded memory.
"""
