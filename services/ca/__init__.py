"""The certificate authority: knows callers, signs their keys, and says so in its log.

It may not serve discovery, read git or configuration, keep a workload's private key, or put a
token, a key or a certificate into a log line or an answer that is not its owner's.
"""
