"""Everything that a plan is made from, and the parts of it that each step asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.inventory import InventoryRecord
from libs.kernel.origins import ObjectKey
from libs.observed.managedfields import owned_fingerprint
from libs.observed.sight import Sight
from libs.planning.manifests import Manifest
from libs.planning.policy import Policy
from libs.ports.kubecluster import FIELD_MANAGER, LiveObject

Fingerprint = Callable[[LiveObject], str]


def fingerprint_of(live: LiveObject) -> str:
    """Return the hash of what our field manager owns of an object."""
    return owned_fingerprint(live.body, FIELD_MANAGER)


@dataclass(frozen=True, slots=True)
class Round:
    """One look at one cluster.

    `doubts` are reasons not to trust that what is missing should be missing. `fought` are objects
    that somebody changes back again and again, with the reason to leave them alone. `unknown` are
    objects that the cluster should have in a form that nobody here can tell, with the reason.
    """

    cluster: ClusterName
    revision: RevisionId
    generation: int
    desired: Mapping[ObjectKey, Manifest]
    inventory: Mapping[ObjectKey, InventoryRecord]
    sight: Sight
    policy: Policy
    doubts: tuple[str, ...] = ()
    fought: Mapping[ObjectKey, str] = field(default_factory=dict)
    unknown: Mapping[ObjectKey, str] = field(default_factory=dict)
    fingerprint: Fingerprint = fingerprint_of
