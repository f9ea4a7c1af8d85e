"""Who calls. Which calls a condition holds for is held by tables in tests/e2e."""

import pytest
import re2  # type: ignore[import-untyped]  # the wheel has no annotations

from libs.compile import callers
from libs.compile.callers import Domains

_DOMAINS = Domains(("new.example", "old.example"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("new.example/ns/a/sa/b", ["new.example/ns/a/sa/b", "old.example/ns/a/sa/b"]),
        ("old.example/ns/a/*", ["new.example/ns/a/*", "old.example/ns/a/*"]),
        ("cluster.local/ns/a/sa/b", ["new.example/ns/a/sa/b", "old.example/ns/a/sa/b"]),
        ("foreign.example/ns/a/sa/b", ["foreign.example/ns/a/sa/b"]),
        ("*/sa/b", ["*/sa/b"]),
        ("*", ["*"]),
    ],
)
def test_a_principal_of_the_mesh_is_one_in_all_of_its_trust_domains(
    written: str, expected: list[str]
) -> None:
    """`cluster.local` is whatever the mesh's own domain is; foreign ones stay as they are."""
    assert list(_DOMAINS.expanded([written])) == expected


@pytest.mark.parametrize(
    ("written", "identity", "expected"),
    [
        ("shop/reader", "spiffe://a.example/ns/shop/sa/reader", True),
        ("shop/reader", "spiffe://a.example/ns/shop/sa/reader-2", False),
        ("reader", "spiffe://a.example/ns/own/sa/reader", True),
        ("reader", "spiffe://a.example/ns/shop/sa/reader", False),
        ("shop/r.der", "spiffe://a.example/ns/shop/sa/rxder", False),
    ],
)
def test_an_account_is_one_of_a_namespace(written: str, identity: str, *, expected: bool) -> None:
    """Without a namespace it is of the policy's own; marks stand for themselves."""
    made = callers.by_account("own")(written)
    pattern = made.authenticated.principal_name.safe_regex.regex
    assert (re2.fullmatch(pattern, identity) is not None) == expected


@pytest.mark.parametrize(
    ("written", "issuer", "subject"),
    [
        ("https://a.example/x", "https://a.example", "x"),
        ("a/*", "a", None),
        ("*/x", None, "x"),
        ("*", None, None),
    ],
)
def test_the_last_slash_parts_issuer_and_subject(
    written: str, issuer: str | None, subject: str | None
) -> None:
    """An issuer may have slashes of its own; None here is anybody."""
    made = callers.by_token(written)
    for one, expected in zip(made.and_ids.ids, (issuer, subject), strict=True):
        text = one.metadata.value.or_match.value_matchers[0].string_match
        assert (text.exact or None) == expected


def test_claims_are_found_within_claims() -> None:
    """As deep as they are."""
    assert callers.claim_path("[a][b.c]") == ("a", "b.c")
