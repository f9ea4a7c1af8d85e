"""A cluster's overlay and its variables, from a push to the answers of a real Envoy."""

from collections.abc import Iterator

import pytest

from tests.e2e import smallfleet
from tests.e2e.smallfleet import until
from tests.e2e.stack import Stack, running_stack

TEMPLATE = smallfleet.route_to('"${version:=v1}"')
PATCH = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: hello
  annotations: {periplus.io/patch: json}
patch:
- {op: test, path: /spec/hosts/0, value: hello}
- {op: replace, path: /spec/http/0/route/0/destination/subset, value: v2}
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All services and one Envoy, with the first commit live."""
    with running_stack(tmp_path_factory.mktemp("overlay")) as running:
        yield running


def serves(stack: Stack, text: str, what: str) -> None:
    """Wait until the caller is answered by a version."""
    until(lambda: stack.load.once() == text, what)


def test_what_a_cluster_patches_and_fills_in_is_what_its_envoy_does(stack: Stack) -> None:
    """The set stays as it is; only the cluster's folder moves its callers, and back."""
    overlay = "clusters/east/route.patch.yaml"
    stack.push({overlay: PATCH})
    serves(stack, "v2", "the overlay takes effect")
    stack.push({overlay: ""})
    serves(stack, "v1", "without the overlay it is as the set has it")
    stack.push({"configs/hello/route.yaml": TEMPLATE})
    stack.push({"clusters/east/cluster.yaml": smallfleet.CLUSTER + "  variables: {version: v2}\n"})
    serves(stack, "v2", "the variable of the cluster takes effect")


def test_an_overlay_that_does_not_fit_is_refused_and_nothing_moves(stack: Stack) -> None:
    """The cluster's set waits with the line in the overlay; everything serves on."""
    before = stack.load.once()
    commit = stack.push(
        {"clusters/east/other.patch.yaml": PATCH.replace("value: hello", "value: other")}
    )

    def refusals() -> list[str]:
        return [
            str(message)
            for source in stack.store.sources()
            if source.head == commit
            for refusal in source.refusals
            for message in refusal.messages
        ]

    until(lambda: bool(refusals()), "the overlay is refused")
    (text,) = refusals()
    assert text.startswith("clusters/east/other.patch.yaml:7:")
    assert "the test failed: `/spec/hosts/0` is not what the patch expects" in text
    assert stack.load.once() == before
