"""Generates the package `protogen`: Envoy's messages and our own, under one private prefix.

Reads descriptors, writes Python and stubs into site-packages. It knows nothing of what messages
mean, and nothing at run time imports this package: only what it wrote.
"""
