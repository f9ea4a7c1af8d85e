"""One-time tokens by which a host without Kubernetes gets its first certificate."""

import hashlib
import re
from typing import Final

from libs.ports.rng import Rng

PREFIX: Final = "pjt-"
_SECRET_BYTES: Final = 32
_SHAPE: Final = re.compile(r"pjt-[0-9a-f]{64}")


def new_token(rng: Rng) -> str:
    """Return a token; whoever has it may be the workload that it was made for, once."""
    return PREFIX + rng.token_hex(_SECRET_BYTES)


def is_token(text: str) -> bool:
    """Tell whether a text has the shape of one of our tokens."""
    return bool(_SHAPE.fullmatch(text))


def token_hash(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
