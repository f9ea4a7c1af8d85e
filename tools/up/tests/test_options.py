"""Which processes `periplus up` runs, by what a user asks for."""

from pathlib import Path

import pytest

from tools.up.options import UpOptions, children


def _names(**options: Path) -> list[str]:
    found = children(UpOptions("fleet.git", Path("state"), rollouts=False, **options))  # type: ignore[arg-type]  # folders only
    return [one.name for one in found]


def test_keys_and_clusters_are_touched_only_where_somebody_asks_for_it() -> None:
    """By a folder of authorities, and by a file of contexts."""
    assert _names() == ["xds", "compiler", "gitwatcher"]
    assert _names(ca_authorities=Path("ca")) == ["xds", "compiler", "gitwatcher", "ca"]
    assert _names(kubeconfig=Path("k")) == ["xds", "compiler", "gitwatcher", "reconciler"]


def test_an_authority_spends_join_tokens_of_the_same_store() -> None:
    """So that `periplus ca token` and it mean one place."""
    options = UpOptions("fleet.git", Path("/state"), ca_authorities=Path("/ca"))
    env = next(one.env for one in children(options) if one.name == "ca")
    assert env["PERIPLUS_CA_STORE_URL"] == options.store
    assert env["PERIPLUS_CA_AUTHORITIES"] == "/ca"


def _told(options: UpOptions) -> dict[str, dict[str, str]]:
    """Return the settings of each process by its name, without the prefix of the process."""
    return {
        one.name: {
            name.removeprefix(f"PERIPLUS_{one.name.upper()}_"): value
            for name, value in one.env.items()
        }
        for one in children(options)
    }


def test_with_a_kubeconfig_clusters_are_written_and_watched() -> None:
    """The reconciler and the compiler reach clusters in the same way."""
    options = UpOptions("fleet.git", Path("state"), kubeconfig=Path("config"), home_context="home")
    told = _told(options)
    for name in ("compiler", "reconciler"):
        reached = told[name]["KUBECONFIG"], told[name]["HOME_CONTEXT"]
        assert reached == ("config", "home")
    assert told["compiler"]["STORE_URL"] == told["reconciler"]["STORE_URL"]


def test_a_folder_that_no_socket_fits_below_is_refused() -> None:
    """Before anything starts, with the number of bytes that are too many."""
    UpOptions("fleet.git", Path("/" + "s" * 94))
    with pytest.raises(OSError, match="at least 6 bytes shorter"):
        UpOptions("fleet.git", Path("/" + "s" * 100))


def test_previews_are_of_the_same_repository() -> None:
    """The previewer has a mirror of its own, and the api serves the pages that it leaves."""
    options = UpOptions("fleet.git", Path("/state"), previews=True, rollouts=False)
    told = _told(options)
    assert list(told)[-2:] == ["previewer", "api"]
    assert told["previewer"]["REPOSITORY"] == told["gitwatcher"]["REPOSITORY"]
    assert told["previewer"]["MIRROR"] != told["gitwatcher"]["MIRROR"]
    assert told["previewer"]["PAGES"] == told["api"]["PAGES"] == "/state/previews"
