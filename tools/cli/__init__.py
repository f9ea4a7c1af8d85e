"""The `periplus` command: words of a user in, answers, JSON and an exit status out.

It reads files and arguments and asks the libraries. No decision about the mesh is made here, and
each command imports only what it needs, because a command line has to start at once.
"""
