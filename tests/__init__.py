"""Tests that cross packages. Unit tests stand beside what they test.

Nothing outside this folder imports from it.
"""
