"""Loads what tests of every folder share."""

pytest_plugins = ["tools.parts.plugin"]
