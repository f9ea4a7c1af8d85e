"""Measurements with limits: each module measures one thing in a process of its own.

No test is in here, and a bench asserts nothing: it prints figures, and says which limits they keep.
"""
