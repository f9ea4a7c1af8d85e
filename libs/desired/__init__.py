"""From a tree of files to the objects that each cluster should have.

Decides which file belongs to which set and which set goes to which cluster, and refuses what is
ambiguous. Reads no file and no repository itself, never judges whether objects fit each other
(lint), and knows neither services nor proxies.
"""
