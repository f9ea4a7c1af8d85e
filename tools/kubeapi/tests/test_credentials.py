"""Client certificates open the servers of a fleet, until they expire."""

import json
import ssl
import urllib.request
from pathlib import Path

import pytest

from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer


def _who(server: ApiServer, certificate: tuple[Path, Path]) -> str:
    context = ssl.create_default_context(cafile=str(server.ca_file))
    context.load_cert_chain(*certificate)
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    request = urllib.request.Request(
        f"{server.url}/apis/authentication.k8s.io/v1/selfsubjectreviews",
        json.dumps(review).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, context=context, timeout=10) as reply:
        return str(json.load(reply)["status"]["userInfo"]["username"])


def test_a_certificate_names_its_user(kube_fleet: Fleet) -> None:
    """The server takes the subject of a certificate that the authority signed for the user."""
    (server,) = pooled(kube_fleet)
    assert _who(server, server.credentials.client("alice", "system:masters")) == "alice"


def test_an_expired_certificate(kube_fleet: Fleet) -> None:
    """A certificate whose time is over opens nothing."""
    (server,) = pooled(kube_fleet)
    with pytest.raises(OSError, match=r"401|unknown certificate|expired"):
        _who(server, server.credentials.client("late", "system:masters", days="0"))
