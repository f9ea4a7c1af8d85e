"""Records in one file of this machine: a cache that outlives the process.

The only place that reads or writes that file. It does not know what a record means, and what is
wrong with the file costs time, never correctness.
"""
