"""The compiler: turns target revisions into the snapshot of each proxy class, and feeds frontends.

One process per fleet or shard. It never serves proxies itself: a compile beside streams multiplies
their latency. It writes nothing to the Store but what proxies reported.
"""
