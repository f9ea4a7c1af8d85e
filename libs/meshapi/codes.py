"""Codes of the messages about a file or about one object by itself."""

SCHEMA = "IST0106"
"""A field is unknown, missing, of the wrong type, or breaks a rule of its kind."""

UNKNOWN_REGISTRY = "IST0126"
"""MeshNetworks name a registry that no cluster has."""

SYNTAX = "PER0101"
"""The text is no YAML."""

KIND_WITHOUT_EFFECT = "PER0102"
"""The kind is read and kept, and nothing acts on it yet."""

FIELD_WITHOUT_EFFECT = "PER0103"
"""The field is read and kept, and nothing acts on it yet."""

DUPLICATE_KEY = "PER0104"
"""A mapping has one key twice."""

LIMIT = "PER0105"
"""The file is larger, deeper or more numerous than is read."""

ENCODING = "PER0106"
"""The bytes are no text in UTF-8."""

TRAP = "PER0107"
"""A bare word or number that YAML 1.1 reads as something else than it looks like."""

NO_OBJECT = "PER0108"
"""A document that is no Kubernetes-style object."""

UNKNOWN_KIND = "PER0109"
"""A kind or version that its API group does not have."""

METADATA = "PER0110"
"""A name, namespace, label or annotation that Kubernetes refuses."""
