"""The xDS stream as a sans-IO engine: events in, commands out, for both variants of ADS.

Knows subscriptions, nonces, versions, order and what a proxy acknowledged. It may not know gRPC,
sockets, tasks, clocks or what is inside a resource; the adapter that feeds it does all that.
"""
