"""Files of settings become settings and messages, whatever their bytes are."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.meshapi import codes
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.networks import MeshNetworks, Network
from libs.meshapi.meshconfig.tracing import ProxyTracing
from libs.meshapi.settings import read_mesh_config, read_mesh_networks
from libs.meshapi.tests.casefiles import CONFIG_CASES, NETWORKS_CASES, expected, settings_outcome


@pytest.mark.parametrize("case", CONFIG_CASES + NETWORKS_CASES, ids=lambda case: case.stem)
def test_a_case_file_gives_what_is_written_beside_it(case: Path) -> None:
    """Settings and messages are those of the expected file."""
    assert settings_outcome(case) == expected(case).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CONFIG_CASES + NETWORKS_CASES, ids=lambda case: case.stem)
def test_every_expectation_has_its_case(case: Path) -> None:
    """No expected file is left behind by a case that was renamed."""
    found = {path.name.removesuffix(".expected.txt") for path in case.parent.glob("*.txt")}
    assert found == {path.stem for path in case.parent.glob("*.yaml")}


def test_an_empty_file_means_the_defaults() -> None:
    """Nothing written is nothing changed."""
    assert read_mesh_config("a", b"# nothing\n").value == MeshConfig()
    assert read_mesh_networks("a", b"").value == MeshNetworks()


def test_values_stand_where_they_were_written() -> None:
    """A field of the file is a field of the settings, and maps are sorted."""
    read = read_mesh_config("a", b"defaultConfig: {tracing: {sampling: 5}}\ntrustDomain: b\n")
    assert read.value is not None
    assert read.value.trust_domain == "b"
    assert read.value.default_config is not None
    assert read.value.default_config.tracing == ProxyTracing(sampling=5)
    networks = read_mesh_networks("a", b"networks: {two: {}, one: {}}").value
    assert networks is not None
    assert list(networks.networks.items()) == [("one", Network()), ("two", Network())]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff", codes.ENCODING),
        (b"a: [", codes.SYNTAX),
        (b"a: " + b"[" * 2000, codes.LIMIT),
        (b"# " + b"a" * 2_000_000, codes.LIMIT),
        (b"- a\n", codes.SCHEMA),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, code: str) -> None:
    """There are no settings then, and the first message says why."""
    read = read_mesh_config("a", data)
    assert read.value is None
    assert read.messages[0].code == code


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_settings_or_messages(data: bytes) -> None:
    """Nothing that a file can hold raises."""
    read = read_mesh_config("a", data)
    assert read.value is not None or read.messages
