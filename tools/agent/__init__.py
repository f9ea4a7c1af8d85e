"""The agent beside an Envoy: makes the key, gets the certificate, serves both to the Envoy.

It may not decide what the Envoy does, nor hand a private key to anybody but the Envoy at its own
Unix socket, nor write one to a disk unless it was told to.
"""
