"""Old names of services are the hosts of today."""

import pytest

from libs.meshapi.dialects.istioservice import (
    DEFAULT_DOMAIN,
    IstioService,
    host_of,
    split,
    whole,
    written,
)

REVIEWS = "reviews.shop.svc.cluster.local"


@pytest.mark.parametrize(
    ("service", "host"),
    [
        (IstioService(name="reviews"), REVIEWS),
        (IstioService(name="reviews", namespace="other"), "reviews.other.svc.cluster.local"),
        (IstioService(name="reviews", domain="example.com"), "reviews.shop.example.com"),
        (IstioService(name="ignored", service="WWW.Example.com"), "www.example.com"),
        (IstioService(service="reviews"), REVIEWS),
    ],
)
def test_a_service_has_one_whole_host(service: IstioService, host: str) -> None:
    """A whole host wins over a name, and a name is completed by what is known."""
    assert host_of(service, "shop", DEFAULT_DOMAIN) == host


def test_a_host_is_as_short_as_its_reader_allows() -> None:
    """Only an object of the service's own namespace may leave it out."""
    assert written(REVIEWS, "shop", DEFAULT_DOMAIN) == "reviews"
    assert written(REVIEWS, "other", DEFAULT_DOMAIN) == REVIEWS
    assert whole("reviews", "shop", DEFAULT_DOMAIN) == REVIEWS


@pytest.mark.parametrize("host", ["www.example.com", "*.shop.svc.cluster.local", "a.b.c.example"])
def test_a_host_outside_of_the_mesh_has_no_namespace(host: str) -> None:
    """Neither a foreign host nor a wildcard is one service of the mesh."""
    assert split(host, DEFAULT_DOMAIN) is None
