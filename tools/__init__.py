"""Programs for people: the command line, developer's commands, build glue, real parts for tests.

Nothing in `libs` or `services` may import from here.
"""
