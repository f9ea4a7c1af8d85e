"""Whether the objects of a fleet fit each other, and which part of a commit can be taken.

Pure: a fleet and its contents in, findings out. Changes no object, compiles no resource, and knows
of the running clusters only what the repository says.
"""
