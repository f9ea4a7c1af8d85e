"""Loads what tests of every folder share: the real parts, and no deadline for a slow machine."""

from hypothesis import settings

pytest_plugins = ["tools.parts.plugin"]

settings.register_profile("house", deadline=None)
settings.load_profile("house")
