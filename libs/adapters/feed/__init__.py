"""gRPC client and server of the feed between the compiler and the xDS frontends.

Maps the wire to the values of `libs.ports.feed` and back, and keeps the connection alive. It
knows nothing of what a view means: it may not apply, compile or judge one.
"""
