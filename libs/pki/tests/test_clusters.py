"""Of which cluster a workload is, by what it shows."""

import pytest
from cryptography import x509

from libs.fakes.clock import EPOCH_S
from libs.pki.authority import Authority
from libs.pki.clusters import CLUSTER_CHARS_MAX, cluster_of, named_cluster
from libs.pki.errors import PkiError
from libs.pki.issuing import Life, new_intermediate
from libs.pki.keys import new_key
from libs.pki.tests.ladders import DAY_S, RNG, a_root, a_workload

ROOT = a_root()


def _authority(cluster: str, above: Authority = ROOT) -> Authority:
    return new_intermediate(above, new_key(), cluster, Life(EPOCH_S, DAY_S), RNG)


def _shown(*authorities: Authority) -> list[x509.Certificate]:
    """Sign a workload by the first authority; show it with all of them."""
    return [a_workload(authorities[0]).certificate, *(one.certificate for one in authorities)]


def test_a_workload_is_of_the_cluster_of_its_authority() -> None:
    """Whatever else it shows beside, and in whatever order."""
    east, west = _authority("east"), _authority("west")
    assert cluster_of(_shown(east), ROOT.roots) == "east"
    assert cluster_of(_shown(east, west), ROOT.roots) == "east"
    own, *others = _shown(east, west)
    assert cluster_of([own, *reversed(others)], ROOT.roots) == "east"


def test_what_leads_to_no_root_proves_nothing() -> None:
    """A missing authority, another root, and an authority that somebody made himself."""
    east = _authority("east")
    own = _shown(east)[0]
    foreign = _authority("west", a_root())
    for shown in ([own], [own, foreign.certificate], _shown(foreign, east)):
        with pytest.raises(PkiError, match="up to a root"):
            cluster_of(shown, ROOT.roots)


def test_a_way_of_several_steps_is_gone() -> None:
    """The authority next to the workload names the cluster."""
    company = _authority("company")
    east = _authority("east", company)
    assert cluster_of(_shown(east, company), ROOT.roots) == "east"
    with pytest.raises(PkiError, match="up to a root"):
        cluster_of(_shown(east), ROOT.roots)


def test_an_authority_may_be_named_for_no_cluster() -> None:
    """A root that signs itself is."""
    assert cluster_of(_shown(ROOT), ROOT.roots) == ""
    assert named_cluster(ROOT.certificate) == ""


@pytest.mark.parametrize("name", ["", "x" * (CLUSTER_CHARS_MAX + 1)])
def test_a_name_that_fits_no_certificate_is_refused(name: str) -> None:
    """Before anything is signed."""
    with pytest.raises(PkiError, match="1 to 128 characters"):
        _authority(name)
