"""Codes of the messages about files, sets and clusters."""

FILE = "PER0201"
"""An entry of the tree that cannot be read as a file."""

SET_PATH = "PER0202"
"""A path of a set that leads nowhere, or out of the repository."""

DUPLICATE = "PER0203"
"""Two objects with one identity."""

NOT_ALLOWED = "PER0204"
"""A set holds what its `allow` does not name."""

DOUBT = "PER0205"
"""So much is gone that it is more likely a mistake than a wish."""

BREAKS = "PER0206"
"""A change that is fine in itself and takes away what another set needs."""

FLEET = "PER0207"
"""Fleet and Clusters contradict each other, or stand in the wrong file."""

FACTS = "PER0208"
"""What is said to run in a cluster, and cannot be used."""

NOWHERE = "PER0209"
"""A set that no cluster gets, or a fleet without clusters."""

PATCH = "PER0210"
"""A patch that cannot be applied."""

VARIABLE = "PER0211"
"""A variable that cannot be filled in."""

KUSTOMIZE = "PER0212"
"""A directory that kustomize renders, and that cannot be rendered."""
