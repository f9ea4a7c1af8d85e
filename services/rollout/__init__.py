"""The rollout service: carries out what `libs.rollout` decides, for the one rollout of a fleet.

It reads revisions and what is known of clusters, asks gates, and moves targets; it judges no
configuration, compiles nothing and talks to no cluster. It keeps no state that is not in the Store
but the time for which it has watched. Several replicas may run.
"""
