"""A real git remote for tests and the demo: a bare repository that the git command writes.

Not for services: they read git through `libs.adapters.git` and never start a process for it.
"""
