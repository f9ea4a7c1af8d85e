"""Loads what tests of every folder share: the real parts."""

pytest_plugins = ["tools.parts.plugin"]
