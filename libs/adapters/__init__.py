"""The only home of third-party clients: git, gRPC, databases. One folder each.

Adapters do not know each other, and map their library's errors at their border.
"""
