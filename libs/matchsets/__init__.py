"""Sets of texts and of calls: what is in both, what in one only, and an example of each part.

Pure and exact within the alphabet that it states; what it cannot represent it refuses by an error.
Knows no Envoy message and no configuration kind: callers bring patterns and conditions.
"""
