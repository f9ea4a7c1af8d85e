"""Git through libgit2: a bare mirror of one remote, read from its object database.

Never makes a work tree, runs a hook, applies a filter or follows a submodule: what a repository
contains is data. It may not know what the files mean.
"""
