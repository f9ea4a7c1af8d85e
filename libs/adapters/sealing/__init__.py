"""Seals Secrets for the repository and opens them again: HPKE (RFC 9180) of `cryptography`.

It reads no file and keeps no key; it must not log, and no error of its has a value in it.
"""
