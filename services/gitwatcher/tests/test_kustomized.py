"""Directories of commits that a real kustomize renders."""

from pathlib import Path

from libs.adapters.kustomize.binary import KustomizeBinary
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.kernel.ids import SetName
from services.gitwatcher.files import FileReader
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Candidate

FILES = {
    "fleet.yaml": (
        b"apiVersion: periplus.io/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"
        b"spec: {sets: [{name: shop, paths: [configs/shop]}]}\n"
    ),
    "clusters/east/cluster.yaml": (
        b"apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {name: east}\n"
    ),
    "configs/shop/kustomization.yaml": b"namePrefix: x-\nresources: [a.yaml]\n",
    "configs/shop/a.yaml": (
        b"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n"
    ),
}
SHOP = SetName("shop")


class Repository:
    """Commits read one after the other."""

    def __init__(self, binary: Path | None) -> None:
        self.remote = FakeRemote()
        self.repo = FakeGitRepo(self.remote)
        kustomize = KustomizeBinary(binary) if binary else None
        self.reader = Reader(
            self.repo, FileReader(self.repo, 10_000, 100_000, MemoryRecords()), kustomize
        )

    def read(self, **more: bytes) -> Candidate:
        """Commit the files with others beside them, and read the commit."""
        commit = self.remote.commit({**FILES, **more})
        self.repo.fetch("refs/heads/main")
        return self.reader.commit(commit)


def test_a_set_holds_what_kustomize_makes(kustomize_binary: Path) -> None:
    """Its places are the kustomization; any file below it makes another tree of the set."""
    repository = Repository(kustomize_binary)
    first = repository.read().sets[SHOP]
    (one,) = first.objects
    assert (one.key.name, str(one.origin)) == ("x-a", "configs/shop/kustomization.yaml:1:1")
    assert first.messages == ()
    other = repository.read(**{"configs/shop/notes.txt": b"a"}).sets[SHOP]
    assert other.tree != first.tree
    assert other.objects == first.objects
    again = repository.read(**{"configs/other.yaml": b"# not of the set"}).sets[SHOP]
    assert again.tree == first.tree
    assert again.objects[0] is one


def test_what_kustomize_or_its_output_says_is_told_at_the_kustomization(
    kustomize_binary: Path,
) -> None:
    """With the line of what it makes, which is in no file."""
    repository = Repository(kustomize_binary)
    broken = FILES["configs/shop/a.yaml"].replace(b"ports:", b"prots:")
    (text,) = map(str, repository.read(**{"configs/shop/a.yaml": broken}).sets[SHOP].messages)
    assert text.startswith(
        "configs/shop/kustomization.yaml:1:1: error IST0106: Service default/x-a"
    )
    assert "in line 6 of what it makes, unknown field `prots`" in text
    odd = {"configs/shop/kustomization.yaml": b"resources: [a.yaml]\nnoSuchField: a\n"}
    (text,) = map(str, repository.read(**odd).sets[SHOP].messages)
    assert "kustomize refused: " in text
    assert "noSuchField" in text
    remote = {"configs/shop/kustomization.yaml": b"resources: ['https://example.com/a']\n"}
    (text,) = map(str, repository.read(**remote).sets[SHOP].messages)
    assert "is no file or directory below this set's directory" in text


def test_without_a_kustomize_the_set_waits() -> None:
    """The error refuses the set; others are not concerned."""
    found = Repository(None).read()
    (message,) = found.sets[SHOP].messages
    assert message.code == "PER0212"
    assert found.sets[SetName("clusters/east")].messages == ()


def test_a_file_that_is_too_large_is_not_handed_over(kustomize_binary: Path) -> None:
    """The limits of files hold here as well."""
    large = {"configs/shop/large.txt": b"x" * 10_001}
    (message,) = Repository(kustomize_binary).read(**large).sets[SHOP].messages
    assert message.code == "PER0401"
