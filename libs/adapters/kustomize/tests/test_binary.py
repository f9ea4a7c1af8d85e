"""A real kustomize in its jail: what it renders, and what it cannot reach."""

from pathlib import Path

import pytest

from libs.adapters.kustomize.binary import KustomizeBinary
from libs.adapters.kustomize.limits import RunLimits
from libs.ports.kustomize import KustomizeError

SERVICE = b"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n"
FILES = {"kustomization.yaml": b"namePrefix: x-\nresources: [base]\n"}
BASE = {"base/kustomization.yaml": b"resources: [a.yaml]\n", "base/a.yaml": SERVICE}


def refusal(binary: KustomizeBinary, text: bytes, **more: bytes) -> str:
    """Return why a directory was not rendered."""
    with pytest.raises(KustomizeError) as caught:
        binary.build({"kustomization.yaml": text, **more})
    return str(caught.value)


def test_a_directory_is_rendered(kustomize_binary: Path) -> None:
    """Equal files give equal bytes, and nothing is left behind."""
    binary = KustomizeBinary(kustomize_binary)
    assert binary.version.startswith("v5.")
    first = binary.build(FILES | BASE)
    assert b"name: x-a" in first
    assert binary.build(FILES | BASE) == first


def test_there_is_no_network_and_nothing_outside(kustomize_binary: Path) -> None:
    """Also where the check of references was passed by."""
    binary = KustomizeBinary(kustomize_binary)
    remote = refusal(binary, b"resources: ['http://127.0.0.1:1/a.yaml']\n")
    assert "network is unreachable" in remote or "cannot assign" in remote or "refused" in remote
    assert "no such file" in refusal(binary, b"resources: [/etc/hostname]\n")
    assert "no such file" in refusal(binary, b"resources: [../../../etc/hostname]\n")
    assert "no such file" in refusal(binary, b"resources: [/proc/self/environ]\n")


def test_programs_named_by_the_directory_do_not_run(kustomize_binary: Path) -> None:
    """Neither as a generator nor as a chart."""
    generator = (
        b"apiVersion: a/v1\nkind: A\nmetadata:\n  name: a\n  annotations:\n"
        b"    config.kubernetes.io/function: |\n      exec: {path: /kustomize}\n"
    )
    binary = KustomizeBinary(kustomize_binary)
    text = refusal(binary, b"generators: [g.yaml]\n", **{"g.yaml": generator})
    assert "kustomize refused" in text


def test_time_memory_and_output_have_limits(kustomize_binary: Path) -> None:
    """Each ends in a sentence."""

    def limited(limits: RunLimits) -> str:
        with pytest.raises(KustomizeError) as caught:
            KustomizeBinary(kustomize_binary, limits).build(FILES | BASE)
        return str(caught.value)

    assert "took longer than 0.01 seconds" in limited(RunLimits(wall_s_max=0.01))
    assert "kustomize" in limited(RunLimits(address_space_bytes_max=32 * 1024**2))
    assert "kustomize" in limited(RunLimits(output_bytes_max=4))
    assert "bytes and at most 9 are rendered" in limited(RunLimits(input_bytes_max=9))


def test_a_binary_that_cannot_run_there_says_so(tmp_path: Path) -> None:
    """One that is not there, and one that needs libraries."""
    with pytest.raises(KustomizeError, match="No such file or directory; correct the setting"):
        _ = KustomizeBinary(tmp_path / "none").version
    with pytest.raises(KustomizeError, match="link it statically"):
        _ = KustomizeBinary(Path("/bin/ls")).version
