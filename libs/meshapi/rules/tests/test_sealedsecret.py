"""Values that are sealed, and values that only stand where sealed ones should."""

import base64

import pytest

from libs.meshapi.metadata import Metadata
from libs.meshapi.rules.sealedsecret import SEALED_BYTES_MIN, check
from libs.meshapi.sealedsecret import SealedSecret, SealedSecretSpec

KEY = "0123456789abcdef"
SEALED = base64.b64encode(bytes(SEALED_BYTES_MIN)).decode()


@pytest.mark.parametrize(
    ("key_id", "value", "said"),
    [
        (KEY, SEALED, []),
        ("not-a-hex-number", SEALED, ["keyId"]),
        (KEY, "planted-value", ["tls.key"]),
        (KEY, base64.b64encode(b"planted-value").decode(), ["tls.key"]),
    ],
)
def test_what_is_no_sealed_value_is_refused_without_being_shown(
    key_id: str, value: str, said: list[str]
) -> None:
    """Clear text is too short or no base64 for what sealing makes."""
    spec = SealedSecretSpec(key_id=key_id, sealed_data={"tls.key": value})
    found = list(check(SealedSecret(metadata=Metadata(name="a"), spec=spec)))
    assert [one.path[-1] for one in found] == said
    assert not any("planted" in one.text for one in found)
