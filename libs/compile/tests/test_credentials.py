"""Secrets as certificates."""

import base64
import json
from dataclasses import replace

import pytest

from libs.compile.credentials import (
    Credentials,
    authorities,
    certificate,
    credentials,
    for_account,
    restricted,
)
from libs.compile.proxy import Proxy, ProxyType, proxy_class
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.pairs import pair
from libs.kernel.xds import SECRET
from libs.meshapi.metadata import ACCOUNTS_ANNOTATION, Metadata
from libs.meshapi.secret import Secret
from tests.casefile import world_of

CHAIN, KEY = pair("own")
OTHER, _ = pair("other")


def _known(**named: dict[str, str]) -> Credentials:
    """Build Secrets of namespace edge; `_` in a name stands for `-`."""
    return credentials(
        Secret(
            metadata=Metadata(name=name.replace("_", "-"), namespace="edge"),
            data={key: base64.b64encode(text.encode()).decode() for key, text in values.items()},
        )
        for name, values in named.items()
    )


@pytest.mark.parametrize(
    "values",
    [
        {"tls.crt": CHAIN, "tls.key": KEY},
        {"cert": CHAIN, "key": KEY},
        {"cert": CHAIN, "key": KEY, "tls.crt": OTHER, "tls.key": KEY},
        {"cert": OTHER, "tls.crt": CHAIN, "tls.key": KEY},
    ],
)
def test_a_certificate_has_two_forms_of_which_the_generic_one_counts(
    values: dict[str, str],
) -> None:
    """Half of a form counts for nothing."""
    found = certificate(_known(a=values), "edge", "a")
    assert found.secret is not None
    assert found.secret.name == "kubernetes://a"
    assert found.secret.tls_certificate.certificate_chain.inline_bytes == CHAIN.encode()
    assert found.secret.tls_certificate.private_key.inline_bytes == KEY.encode()


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        pytest.param({"a_cacert": {"ca.crt": CHAIN}}, CHAIN, id="a Secret of its own"),
        pytest.param({"a_cacert": {"cacert": CHAIN}}, CHAIN, id="the generic key"),
        pytest.param({"a": {"ca.crt": CHAIN}}, CHAIN, id="beside the certificate"),
        pytest.param({"a_cacert": {"ca.crt": CHAIN}, "a": {"ca.crt": OTHER}}, CHAIN, id="both"),
    ],
)
def test_authorities_of_a_secret_of_their_own_count_first(
    secrets: dict[str, dict[str, str]], expected: str
) -> None:
    """The resource is called after the certificate in each case."""
    found = authorities(_known(**secrets), "edge", "a")
    assert found.secret is not None
    assert found.secret.name == "kubernetes://a-cacert"
    assert found.secret.validation_context.trusted_ca.inline_bytes == expected.encode()


@pytest.mark.parametrize(
    ("secrets", "namespace", "said"),
    [
        pytest.param({}, "edge", "there is no Secret edge/a", id="nothing"),
        pytest.param(
            {"a": {"tls.crt": CHAIN, "tls.key": KEY}}, "shop", "not in edge", id="elsewhere"
        ),
        pytest.param({"a": {"ca.crt": CHAIN}}, "edge", "has no `tls.crt`", id="authorities only"),
        pytest.param({"a": {"tls.crt": "x", "tls.key": "y"}}, "edge", "in PEM", id="no PEM"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said_without_its_values(
    secrets: dict[str, dict[str, str]], namespace: str, said: str
) -> None:
    """Envoy would keep the former certificate and say nothing to the user."""
    found = certificate(_known(**secrets), namespace, "a")
    assert found.secret is None
    assert said in found.fault


def test_a_credential_never_shows_its_values() -> None:
    """Whoever prints one sees whose it is."""
    (one,) = _known(a={"tls.crt": CHAIN, "tls.key": KEY, "ca.crt": CHAIN}).values()
    assert "planted" not in repr(one)
    assert "edge" in repr(one)


@pytest.mark.parametrize(
    ("written", "account", "has"),
    [
        ("edge", "edge", True),
        ("edge, till", "till", True),
        ("edge", "cart", False),
        ("", "cart", False),
    ],
)
def test_a_secret_may_be_for_some_service_accounts_only(
    written: str, account: str, *, has: bool
) -> None:
    """Others read why they do not have it, and get nothing of the key."""
    metadata = Metadata(name="a", namespace="edge", annotations={ACCOUNTS_ANNOTATION: written})
    secret = Secret(metadata=metadata, string_data={"tls.crt": CHAIN, "tls.key": KEY})
    known = credentials([secret])
    assert restricted(known)
    mine = for_account(known, account)
    found = certificate(mine, "edge", "a")
    assert (found.secret is not None) is has
    assert has or "not for service account" in found.fault
    assert has or not mine["edge", "a"].private_key


def test_without_the_annotation_every_proxy_of_the_namespace_may_have_it() -> None:
    """As in Istio, where nothing else is said."""
    known = _known(a={"tls.crt": CHAIN, "tls.key": KEY})
    assert not restricted(known)
    assert for_account(known, "anybody") is known


_EDGE = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  selector: {istio: edge}
  servers:
  - port: {number: 8443, name: https, protocol: HTTPS}
    hosts: [shop.example]
    tls: {mode: SIMPLE, credentialName: a}
---
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
"""


@pytest.mark.parametrize("annotated", [False, True])
def test_who_only_claims_the_labels_of_a_gateway_does_not_get_its_secret(
    *, annotated: bool
) -> None:
    """Accounts share a view where nothing is kept from one of them, and only there."""
    annotations = {ACCOUNTS_ANNOTATION: "edge"} if annotated else {}
    metadata = {"name": "a", "namespace": "edge", "annotations": annotations}
    values = {"tls.crt": CHAIN, "tls.key": KEY}
    written = {"metadata": metadata, "stringData": values}
    secret = "".join(f"{name}: {json.dumps(value)}\n" for name, value in written.items())
    world = world_of(_EDGE + secret, "edge.yaml")
    own = Proxy(ProxyType.ROUTER, "edge", labels={"istio": "edge"}, service_account="edge")
    other = replace(own, service_account="cart")
    assert compile_snapshot(world, own).snapshot.of(SECRET)
    assert bool(compile_snapshot(world, other).snapshot.of(SECRET)) is not annotated
    assert (proxy_class(own, world) == proxy_class(other, world)) is not annotated
