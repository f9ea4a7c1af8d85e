"""Fingerprints against Envoy: pairs of resources, pushed one after the other to a real Envoy.

Spelling and changing go by protobuf's own descriptors; what `libs/confighash` knows of messages is
never used to make a pair.
"""
