"""What may be done to a cluster and to the objects of its sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.desired.fleetview import FleetView
from libs.desired.members import sets_for
from libs.kernel.ids import ClusterName, SetName
from libs.meshapi.reconcile import ReconcileSettings
from libs.planning.ignoring import IgnoreRule, pointer

_WEIGHTS = pointer("/spec/http/*/route/*/weight"), pointer("/spec/tcp/*/route/*/weight")

_TOOLS: Mapping[str, tuple[str, ...]] = {
    "kubectl": (
        "kubectl",
        "kubectl-client-side-apply",
        "kubectl-create",
        "kubectl-edit",
        "kubectl-patch",
        "kubectl-replace",
        "kubectl-annotate",
        "kubectl-label",
        "before-first-apply",
    ),
    "argocd": ("argocd-controller", "argocd-application-controller", "argocd-server"),
    "flux": ("kustomize-controller", "helm-controller"),
    "helm": ("helm", "Go-http-client"),
}
"""Field managers by the name of the tool that writes under them."""


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """What may be done to the objects of one set."""

    suspend: bool = False
    heal: bool = True
    prune: bool = True
    adopt_from: frozenset[str] = frozenset()
    ignore: tuple[IgnoreRule, ...] = ()
    max_deletions: int = 20
    max_deletions_percent: float = 50.0


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done to one cluster. `sets` are those that it gets now, by name.

    `istiod` says that istiod serves the proxies, and then writes the status of mesh kinds as well.
    """

    fleet: str
    suspend: bool = False
    sets: Mapping[SetName, SetPolicy] = field(default_factory=dict)
    istiod: bool = False

    def of(self, name: SetName) -> SetPolicy:
        """Return the policy of a set; that of nobody for one that the cluster does not get."""
        return self.sets.get(name, _ORDINARY)


_ORDINARY = SetPolicy()


def policy_for(cluster: ClusterName, view: FleetView) -> Policy:
    """Return what a fleet says of a cluster and its sets."""
    found = view.clusters.get(cluster)
    default = view.fleet.spec.reconcile
    known = view.sets
    sets = {name: _set_policy(known[name].reconcile or default) for name in sets_for(cluster, view)}
    suspend = found is not None and found.spec.suspend
    istiod = found is not None and found.spec.data_plane == "istiod"
    return Policy(view.fleet.metadata.name, suspend, sets, istiod)


def _set_policy(settings: ReconcileSettings) -> SetPolicy:
    rules = [IgnoreRule(tuple(map(pointer, one.fields)), one.objects) for one in settings.ignore]
    if settings.weights_of:
        named = tuple(f"VirtualService {name}" for name in settings.weights_of)
        rules.append(IgnoreRule(_WEIGHTS, named))
    return SetPolicy(
        suspend=settings.suspend,
        heal=settings.heal,
        prune=settings.prune,
        adopt_from=frozenset(
            manager for tool in settings.adopt_from for manager in _TOOLS.get(tool, (tool,))
        ),
        ignore=tuple(rules),
        max_deletions=settings.max_deletions,
        max_deletions_percent=settings.max_deletions_percent,
    )
