"""Writes the schema tables of `libs.confighash` from the descriptors of `protogen`.

Reads descriptors and writes one Python file. Nothing imports this package at run time.
"""
