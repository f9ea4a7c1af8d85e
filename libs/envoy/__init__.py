"""Envoy's own concepts: one module each, pure constructors of protobuf messages.

Knows nothing of Istio's objects beyond text matches, of services or of proxies, reads no file and
opens no connection. Equal arguments give equal bytes.
"""
