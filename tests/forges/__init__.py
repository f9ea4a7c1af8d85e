"""Servers that speak as forges do, for tests, and are held to the forges' own descriptions.

They keep pull requests, comments and checks of one repository in memory. They are written from the
published descriptions of the interfaces, never from the clients that are tested with them.
"""
