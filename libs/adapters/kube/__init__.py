"""Kubernetes API servers through the official client, as raw JSON.

One event loop in a thread of its own carries every cluster and every watch of the process. May not
decide what to write: it sends what it is given, tells what came back, and maps every failure to one
of the loop errors. It never shows a credential or a value of a Secret.
"""
