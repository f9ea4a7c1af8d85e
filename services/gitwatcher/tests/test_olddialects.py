"""Objects of old dialects in a commit count as what they mean today."""

import pytest

from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.kernel.ids import SetName
from libs.kernel.messages import errors
from libs.meshapi.objects import from_stored, to_stored
from services.gitwatcher.files import FileReader
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Tree
from tests.e2e.pushes import seed

ROUTE = "configs/hello/route.yaml"
FILES = {path: data for path, data in seed().items() if data is not None}
OLD_ROUTE = """
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {{name: {name}}}
spec:
  destination: {{name: hello}}
  precedence: {precedence}
  route: [{{labels: {{version: {version}}}}}]
"""


def _rule(name: str, precedence: int, version: str) -> bytes:
    return OLD_ROUTE.format(name=name, precedence=precedence, version=version).encode()


@pytest.fixture
def hello() -> Tree:
    """Read a set of which two files hold rules for one host."""
    remote = FakeRemote()
    commit = remote.commit(
        {**FILES, ROUTE: _rule("low", 1, "v1"), "configs/hello/high.yaml": _rule("high", 2, "v2")}
    )
    repo = FakeGitRepo(remote)
    repo.fetch("refs/heads/main")
    return (
        Reader(repo, FileReader(repo, 1_000_000, 10_000_000, MemoryRecords()))
        .commit(commit)
        .sets[SetName("hello")]
    )


def test_rules_of_two_files_are_accepted_as_one_object(hello: Tree) -> None:
    """The set holds today's kinds alone, and warns once for each old object."""
    kinds = sorted(one.key.kind for one in hello.objects)
    assert kinds == ["DestinationRule", "DestinationRule", "Service", "VirtualService"]
    assert errors(hello.messages) == ()
    warned = [one.origin.file for one in hello.messages if one.code == "PER0111"]
    assert sorted(warned) == ["configs/hello/high.yaml", ROUTE]


def test_what_is_stored_is_what_it_means(hello: Tree) -> None:
    """Converted objects are stored and read back like all others."""
    for one in hello.objects:
        assert from_stored(to_stored(one.object)) == one.object
