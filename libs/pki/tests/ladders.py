"""A root, an intermediate and workloads for tests, all from one seed and one moment."""

from libs.fakes.clock import EPOCH_S
from libs.fakes.rng import SeededRng
from libs.pki.authority import Authority
from libs.pki.issuing import Issued, Life, Names, issue, new_intermediate, new_root
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId

DAY_S = 86_400.0
SHOP = SpiffeId("cluster.local", "shop", "cart")
RNG = SeededRng(7)


def a_root(name: str = "mesh") -> Authority:
    """Make a root of ten days."""
    return new_root(new_key(), name, Life(EPOCH_S, 10 * DAY_S), RNG)


def an_intermediate(root: Authority, life_s: float = 5 * DAY_S) -> Authority:
    """Make the intermediate of a cluster."""
    return new_intermediate(root, new_key(), "east", Life(EPOCH_S, life_s), RNG)


def a_workload(authority: Authority, life_s: float = 3600.0) -> Issued:
    """Sign a workload's certificate."""
    request = read_request(new_request(new_key(), SHOP))
    return issue(authority, request, Names(SHOP), Life(EPOCH_S, life_s), RNG)
