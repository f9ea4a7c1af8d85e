"""Fleet and Cluster: which part of the repository goes to which clusters."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns, rollout
from libs.meshapi.base import Alternatives, Model, StringMap
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.reconcile import ReconcileSettings
from libs.meshapi.rollout import RolloutStrategy
from libs.meshapi.selectors import LabelSelector
from libs.meshapi.texts import NonEmpty, NonEmptyTexts

GROUP = rollout.GROUP
VERSION = rollout.VERSION

MeshSettings = MeshConfig
"""The settings of the fleet's mesh are Istio's."""

MessageCodes = Annotated[str, Field(pattern=patterns.MESSAGE_CODES)]
"""The code of a message, or the beginning of several with `*` behind it."""


class Allow(Model):
    """What a set may contain; an absent list allows everything, an empty one nothing."""

    namespaces: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    hosts: tuple[str, ...] | None = None


class FleetSet(Model):
    """A named part of the repository. `paths` are directories or files, relative to its root.

    `clusters` selects by the clusters' labels; absent, the set goes to every cluster. `variables`
    are those that a cluster of the set does not define itself. `reconcile` takes the place of the
    fleet's.
    """

    name: Annotated[str, Field(min_length=1)]
    paths: tuple[str, ...]
    clusters: LabelSelector = LabelSelector()
    allow: Allow | None = None
    variables: StringMap = Field(default_factory=dict)
    reconcile: ReconcileSettings | None = None


class Ignored(Model):
    """Messages that shall not be given until a day is over, and why not.

    An object is meant by one of `objects` such as `VirtualService shop/*`, or by its namespace;
    where both are absent, every object is.
    """

    codes: Annotated[tuple[MessageCodes, ...], Field(min_length=1)]
    objects: NonEmptyTexts = ()
    namespaces: NonEmptyTexts = ()
    reason: NonEmpty
    until: Annotated[str, Field(pattern=patterns.DATE)]


class FleetSpec(Model):
    """Sets, mesh settings, and whether a commit is accepted set by set or as a whole.

    `variables` are those that neither a set nor a cluster defines itself; `reconcile` is for sets
    that do not say it themselves.
    """

    accept: Literal["set", "commit"] = "set"
    mesh: MeshConfig = MeshConfig()
    sets: tuple[FleetSet, ...] = ()
    rollout: RolloutStrategy | None = None
    ignore: tuple[Ignored, ...] = ()
    variables: StringMap = Field(default_factory=dict)
    reconcile: ReconcileSettings = ReconcileSettings()


class Fleet(MeshObject):
    """periplus.io Fleet: one per repository, in `fleet.yaml`."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["Fleet"] = "Fleet"
    metadata: Metadata
    spec: FleetSpec


class StaticConnection(Model):
    """A cluster without an API server: what the repository says is what it has."""


class KubeconfigSecret(Model):
    """A Secret that holds a kubeconfig."""

    name: Annotated[str, Field(min_length=1)]
    namespace: str = ""
    key: str = ""


class Connection(Model):
    """How a cluster is reached: exactly one of the fields."""

    ALTERNATIVES: ClassVar[Alternatives] = (("static", "kubeconfig_secret", "context"),)

    static: StaticConnection | None = None
    kubeconfig_secret: KubeconfigSecret | None = None
    context: str | None = None


class ClusterSpec(Model):
    """What the fleet knows of a cluster. While `suspend` is on, nothing is written to it."""

    connection: Connection = Connection(static=StaticConnection())
    suspend: bool = False
    data_plane: Literal["periplus", "istiod"] = "periplus"
    network: str = ""
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    variables: StringMap = Field(default_factory=dict)


class Cluster(MeshObject):
    """periplus.io Cluster: one per `clusters/<name>/cluster.yaml`."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["Cluster"] = "Cluster"
    metadata: Metadata
    spec: ClusterSpec = ClusterSpec()
