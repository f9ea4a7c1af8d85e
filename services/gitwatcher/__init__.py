"""The gitwatcher: turns commits of one repository into revisions and targets in the Store.

One process per source. It judges configuration and never compiles or applies it; it holds no state
that it could not read again from the remote, its mirror and the Store.
"""
