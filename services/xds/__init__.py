"""The xDS frontend: holds compiled views as bytes and serves them to proxies.

Any number of these processes may run. It may not compile, read git, the Store or any cluster, and
it never answers with an empty view because the compiler is away: proxies keep what they have.
"""
