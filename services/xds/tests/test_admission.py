"""Which nodes a certificate may be."""

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.config.core.v3 import base_pb2

from libs.fakes.clock import EPOCH_S, FakeClock
from libs.fakes.rng import SeededRng
from libs.pki.authority import Authority
from libs.pki.certificates import pem_of, read_certificates
from libs.pki.issuing import Life, Names, issue, new_intermediate, new_root
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId
from services.xds.admission import Admission, ClustersByAuthority, NotAdmittedError

DOMAIN = "cluster.local"
CLOCK = FakeClock()
ADMISSION = Admission(DOMAIN, CLOCK)
RNG = SeededRng(5)
ROOT = new_root(new_key(), "mesh", Life(EPOCH_S, 3600), RNG)


def _shown(
    namespace: str = "shop",
    account: str = "cart",
    domain: str = DOMAIN,
    authority: Authority = ROOT,
) -> bytes:
    identity = SpiffeId(domain, namespace, account)
    request = read_request(new_request(new_key(), identity))
    return issue(authority, request, Names(identity), Life(EPOCH_S, 60), RNG).chain_pem


def _node(
    node_id: str = "sidecar~10.0.0.1~cart-1.shop~shop.svc.cluster.local", **said: str
) -> base_pb2.Node:
    metadata = {"NAMESPACE": "shop", "SERVICE_ACCOUNT": "cart", **said}
    return ParseDict({"id": node_id, "metadata": metadata}, base_pb2.Node())


def test_a_proxy_is_let_in_as_what_its_certificate_says() -> None:
    """Whatever its address and pod are."""
    assert ADMISSION.check(_node(), _shown()) == EPOCH_S + 60
    ADMISSION.check(_node("router~10.9.9.9~other.shop~shop.svc.cluster.local"), _shown())


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (_node("sidecar~10.0.0.1~cart-1.bank~bank.svc.cluster.local"), "the node id is `bank`"),
        (_node("sidecar~10.0.0.1~cart-1.shop.bank~shop.svc.cluster.local"), "`shop.bank`"),
        (_node(NAMESPACE="bank"), "NAMESPACE is `bank`"),
        (_node(NAMESPACE=""), "NAMESPACE is ``"),
        (_node(SERVICE_ACCOUNT="admin"), "SERVICE_ACCOUNT is `admin`"),
        (_node(SERVICE_ACCOUNT=""), "SERVICE_ACCOUNT is ``"),
        (_node("cart"), "node id `cart`"),
    ],
)
def test_it_is_nobody_else(node: base_pb2.Node, said: str) -> None:
    """What a node leaves open it does not get by default either."""
    with pytest.raises(NotAdmittedError) as caught:
        ADMISSION.check(node, _shown())
    assert said in str(caught.value)
    assert caught.value.shown == "spiffe://cluster.local/ns/shop/sa/cart"


def test_certificates_of_other_meshes_and_of_nobody_are_not_let_in() -> None:
    """A root may vouch for more than this mesh."""
    with pytest.raises(NotAdmittedError, match=r"trust domain `other\.org`"):
        ADMISSION.check(_node(), _shown(domain="other.org"))
    with pytest.raises(NotAdmittedError, match="names 0 identities"):
        ADMISSION.check(_node(), pem_of([ROOT.certificate]))
    with pytest.raises(NotAdmittedError, match="no certificates"):
        ADMISSION.check(_node(), b"")


def test_a_proxy_is_of_the_cluster_whose_authority_signed_for_it() -> None:
    """Not of another one that it says, nor of none."""
    admission = Admission(DOMAIN, CLOCK, ClustersByAuthority(lambda: pem_of([ROOT.certificate])))
    east = new_intermediate(ROOT, new_key(), "east", Life(EPOCH_S, 600), RNG)
    shown = _shown(authority=east)
    assert admission.check(_node(CLUSTER_ID="east"), shown) == EPOCH_S + 60
    for node in (_node(CLUSTER_ID="west"), _node()):
        with pytest.raises(NotAdmittedError, match=r"CLUSTER_ID is `(west)?`.* of cluster `east`"):
            admission.check(node, shown)


def test_an_authority_that_is_named_for_no_cluster_has_the_operators() -> None:
    """Without one its proxies are refused, and so are those that show no way up to a root."""
    roots = pem_of([ROOT.certificate])
    strict = Admission(DOMAIN, CLOCK, ClustersByAuthority(lambda: roots))
    with pytest.raises(NotAdmittedError, match="named for no cluster"):
        strict.check(_node(CLUSTER_ID="east"), _shown())
    told = Admission(DOMAIN, CLOCK, ClustersByAuthority(lambda: roots, "east"))
    assert told.check(_node(CLUSTER_ID="east"), _shown()) == EPOCH_S + 60
    east = new_intermediate(ROOT, new_key(), "east", Life(EPOCH_S, 600), RNG)
    alone = pem_of(read_certificates(_shown(authority=east), "shown")[:1])
    with pytest.raises(NotAdmittedError, match="up to a root"):
        told.check(_node(CLUSTER_ID="east"), alone)


def test_a_certificate_that_has_expired_is_seen_also_where_a_session_is_resumed() -> None:
    """The connection alone would not notice."""
    later = FakeClock(EPOCH_S + 60)
    with pytest.raises(NotAdmittedError, match="expired"):
        Admission(DOMAIN, later).check(_node(), _shown())


def test_only_named_readers_may_ask_what_proxies_have() -> None:
    """A certificate of the mesh is not enough; an expired one of a reader neither."""
    reader = "spiffe://cluster.local/ns/shop/sa/cart"
    assert ADMISSION.denial(_shown(), {reader}) == ""
    assert "none of those who may ask" in ADMISSION.denial(_shown(account="till"), {reader})
    assert "trust domain" in ADMISSION.denial(_shown(domain="elsewhere"), {reader})
    assert ADMISSION.denial(b"", {reader})
    later = FakeClock()
    later.sleep(61)
    assert "expired" in Admission(DOMAIN, later).denial(_shown(), {reader})
