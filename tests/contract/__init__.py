"""One suite per port, which the real adapter and its twin in memory pass alike.

A test here asks only what the port promises. What one adapter does beyond it is tested beside it.
"""
