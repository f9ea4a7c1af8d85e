"""Rules of a SealedSecret."""

import base64
import binascii
import re
from collections.abc import Iterator

from libs.meshapi.problems import Problem
from libs.meshapi.sealedsecret import KEY_ID_LENGTH, SealedSecret

_KEY_ID = re.compile(rf"[0-9a-f]{{{KEY_ID_LENGTH}}}")
SEALED_BYTES_MIN = 48
"""An encapsulated key and the mark of authenticity around an empty value."""


def check(obj: SealedSecret) -> Iterator[Problem]:
    """Check that every value can be a sealed one: clear text must not slip in here."""
    if not _KEY_ID.fullmatch(obj.spec.key_id):
        text = "`keyId` is no id of a key; write the one that `periplus seal` printed"
        yield Problem(("spec", "keyId"), text)
    for key, value in obj.spec.sealed_data.items():
        if _size(value) < SEALED_BYTES_MIN:
            text = "this is no sealed value; seal the Secret with `periplus seal`"
            yield Problem(("spec", "sealedData", key), text)


def _size(value: str) -> int:
    try:
        return len(base64.b64decode("".join(value.split()), validate=True))
    except (binascii.Error, ValueError):
        return 0
