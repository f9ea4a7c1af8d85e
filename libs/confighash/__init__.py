"""Fingerprints of Envoy configuration.

Standard library only, no C extension beyond it, syntax of Python 3.9, so that CPython and PyPy run
the same files. Knows bytes and their framing; it never imports protobuf or another package of ours.
"""
