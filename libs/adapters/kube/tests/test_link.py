"""Connections that do not come about, and what is said of them."""

import asyncio

import pytest

from libs.adapters.kube.access import Access
from libs.adapters.kube.link import Link, LinkError, Request
from libs.kernel.looperrors import StalledError
from tools.child.ports import free_ports
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled


async def _sent(access: Access) -> int:
    link = Link(access)
    try:
        return (await link.send(Request("GET", "/version", {}))).code
    finally:
        await link.close()


def test_nobody_listening_means_not_sent() -> None:
    """The write that was meant did surely not happen."""
    (port,) = free_ports(1)
    with pytest.raises(LinkError, match="cannot be reached") as raised:
        asyncio.run(_sent(Access(f"https://127.0.0.1:{port}", token="planted")))
    assert not raised.value.sent
    assert "planted" not in raised.value.reason


def test_a_server_of_another_authority_is_not_trusted(kube_fleet: Fleet) -> None:
    """Nothing is sent to it, and the sentence speaks of the certificate."""
    url = pooled(kube_fleet)[0].url
    with pytest.raises(LinkError, match="certificate is not trusted") as raised:
        asyncio.run(_sent(Access(url, token="planted")))
    assert not raised.value.sent


def test_a_client_certificate_is_a_credential(kube_fleet: Fleet) -> None:
    """A user of the fleet's authority is known by certificate and key alone."""
    (server,) = pooled(kube_fleet)
    certificate, key = server.credentials.client("somebody", "system:masters")
    authority = server.ca_file.read_bytes()
    access = Access(server.url, authority, "", certificate.read_bytes(), key.read_bytes())
    assert asyncio.run(_sent(access)) == 200


def test_keys_that_are_none_need_a_person() -> None:
    """The sentence does not quote them."""
    with pytest.raises(StalledError, match="not usable") as raised:
        asyncio.run(_sent(Access("https://127.0.0.1:1", b"", "", b"planted", b"planted")))
    assert "planted" not in raised.value.reason
