"""The reconciler: brings each cluster with an API server to its target revision and keeps it there.

Executes plans and decides nothing: what is to be done is for `libs.planning`, which revision for
rollout. It never talks to git or to proxies, and never forces what it did not own before.
"""
