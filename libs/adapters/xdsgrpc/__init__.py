"""The aggregated discovery service over gRPC, in both variants.

The only part of xDS that awaits: it parses requests into events of `libs.xdsproto`, writes its
responses, and enforces limits. It may not decide what a proxy gets, nor keep views.
"""
