"""Directories that kustomize renders: which they are, and what is refused before it runs."""

import pytest

from libs.desired.directory import contents_from_files
from libs.desired.kustomization import Kustomization, is_inside, kustomizations, refusals
from libs.desired.tests.rendered import ROUTE
from libs.kernel.ids import BlobId
from libs.ports.gitrepo import EntryKind, TreeEntry


def entries(*paths: str) -> tuple[TreeEntry, ...]:
    """Return files of a tree."""
    return tuple(TreeEntry(path, EntryKind.FILE, BlobId(path)) for path in paths)


def said(text: str, **more: str) -> list[str]:
    """Return what is refused of a directory `a` with this kustomization."""
    files = {"a/kustomization.yaml": text, **{f"a/{name}": body for name, body in more.items()}}
    one = Kustomization("a", entries(*files))
    return [
        str(each).removeprefix("a/kustomization.yaml:1:1: error PER0212: ")
        for each in refusals(one, {path: body.encode() for path, body in files.items()})
    ]


def test_the_topmost_directory_is_rendered_with_all_below_it() -> None:
    """What it needs is in it; other directories stand for themselves."""
    found = kustomizations(
        entries("a/Kustomization", "a/base/kustomization.yaml", "a/base/b.yaml", "c/d.yaml")
    )
    assert [one.directory for one in found] == ["a"]
    assert [one.path for one in found[0].entries] == [
        "a/Kustomization",
        "a/base/kustomization.yaml",
        "a/base/b.yaml",
    ]
    assert is_inside("a/base/x.txt", found)
    assert not is_inside("ab/x.yaml", found)


@pytest.mark.parametrize(
    "reference",
    [
        "https://example.com/a.yaml",
        "github.com/org/repo//path?ref=main",
        "git@github.com:org/repo",
        "file:///etc/passwd",
        "/etc/passwd",
        "../b",
        "base/../../b",
        "none.yaml",
        "a\\\\b",
        "",
    ],
)
@pytest.mark.parametrize(
    "field",
    [
        "resources: [%s]",
        "components: [%s]",
        "patches: [{path: %s}]",
        "openapi: {path: %s}",
        "configMapGenerator: [{files: [x=%s]}]",
        "secretGenerator: [{envs: [%s]}]",
    ],
)
def test_what_is_not_in_the_directory_is_refused(field: str, reference: str) -> None:
    """Remote bases above all: the program never sees them."""
    (text,) = said(field % f'"{reference}"' if "=" not in field else field % reference or "x=")
    assert "is no file or directory below this set's directory" in text


def test_what_is_in_the_directory_is_fine() -> None:
    """Also what a nested kustomization names above itself."""
    text = (
        "resources: [base, ./b.yaml]\npatches:\n- path: b.yaml\n- patch: |-\n    a: b\n"
        "configMapGenerator: [{name: c, files: [x=b.yaml, b.yaml], literals: [a=b]}]\n"
    )
    base = "resources: [../b.yaml]\n"
    assert said(text, **{"b.yaml": "", "base/kustomization.yaml": base}) == []


@pytest.mark.parametrize("field", ["helmCharts: []", "helmGlobals: {}"])
def test_what_starts_other_programs_is_refused(field: str) -> None:
    """Whatever it names."""
    (text,) = said(field)
    assert "this starts other programs and is not supported" in text


@pytest.mark.parametrize("text", ["resources: [", "- a", "resources: []\nresources: [../b]\n"])
def test_a_kustomization_that_cannot_be_read_is_refused(text: str) -> None:
    """Another reader may see in it what we do not."""
    assert said(text) == ["this is no YAML mapping that can be read; correct it"]


def test_without_a_kustomize_the_directory_is_an_error_that_says_what_to_do() -> None:
    """Its files are not read as they are: that would be something else than is meant."""
    read = contents_from_files(
        {"a/kustomization.yaml": b"resources: [b.yaml]\n", "a/b.yaml": ROUTE.encode()}
    )
    (message,) = read.messages
    assert str(message) == (
        "a/kustomization.yaml:1:1: error PER0212: `a` is rendered by kustomize, and none is "
        "configured; set PERIPLUS_GITWATCHER_KUSTOMIZE, or PERIPLUS_KUSTOMIZE for the command "
        "line to its binary, or commit what it makes and remove this file"
    )
    assert [*read.contents.values()] == [()]
