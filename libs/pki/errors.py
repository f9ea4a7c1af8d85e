"""What is wrong with a key, a certificate or an identity."""


class PkiError(ValueError):
    """Something that cannot be used; one sentence, which never quotes what was given as a key."""
