"""Istio's certificate service over gRPC, from both sides.

Reads requests and their metadata, writes answers, and enforces limits. It may not decide who gets
a certificate, and it logs nothing: tokens pass through here.
"""
