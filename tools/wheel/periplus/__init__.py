"""Periplus as users install it: this launcher, and the program below `_root`, its own import root.

Not an API: what lies below `_root` may change at any time.
"""
