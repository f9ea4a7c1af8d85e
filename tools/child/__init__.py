"""Child processes of tools and tests: started with a log, waited for with a deadline, always ended.

Knows nothing of what the programs are. Services of a running system are `tools.up`'s work.
"""
