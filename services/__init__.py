"""The services of Periplus: verbs of the operator, thin shells around `libs`.

Each is a process of its own: settings, stages, main. None imports another; they meet in the Store
and on the feed.
"""
