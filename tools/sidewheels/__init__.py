"""Wheels that must never share an environment with ours, each in a folder of its own.

Fetches what a lock file pins, checked by hash, into the cache. No package manager: no resolution,
no dependencies, and nothing here puts such a folder on the path of this process.
"""
