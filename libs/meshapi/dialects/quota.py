"""Mixer's rate limits of config.istio.io/v1alpha2: five kinds that only together limit anything."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model, StringMap
from libs.meshapi.dialects.istioservice import IstioService
from libs.meshapi.durations import Duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import NonEmpty
from libs.meshapi.virtualservice import StringMatches

Amount = Annotated[int, Field(ge=0, le=2**63 - 1)]
ApiVersion = Literal["config.istio.io/v1alpha2"]
API_VERSION: ApiVersion = "config.istio.io/v1alpha2"


class Override(Model):
    """Another limit where all of these dimensions have these values."""

    dimensions: StringMap = Field(default_factory=dict)
    max_amount: Amount = 0
    valid_duration: Duration | None = None


class LimitSpec(Model):
    """At most `max_amount` in `valid_duration` for each combination of dimensions of `name`."""

    name: NonEmpty
    max_amount: Amount = 0
    valid_duration: Duration | None = None
    overrides: tuple[Override, ...] = ()


class MemquotaSpec(Model):
    """Limits that each Mixer counts in its memory."""

    quotas: tuple[LimitSpec, ...] = ()
    min_deduplication_duration: Duration | None = None


class Memquota(MeshObject):
    """config.istio.io memquota."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: ApiVersion = API_VERSION
    kind: Literal["memquota"] = "memquota"
    metadata: Metadata
    spec: MemquotaSpec


class QuotaTemplateSpec(Model):
    """What is counted apart: names and the expressions that give their values."""

    dimensions: StringMap = Field(default_factory=dict)


class Quota(MeshObject):
    """config.istio.io quota."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: ApiVersion = API_VERSION
    kind: Literal["quota"] = "quota"
    metadata: Metadata
    spec: QuotaTemplateSpec


class Action(Model):
    """Instances that are given to a handler, `name.kind` each."""

    handler: NonEmpty
    instances: tuple[str, ...] = ()


class RuleSpec(Model):
    """Actions for the requests for which the expression `match` is true; empty is always."""

    match: str = ""
    actions: tuple[Action, ...] = ()


class Rule(MeshObject):
    """config.istio.io rule."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: ApiVersion = API_VERSION
    kind: Literal["rule"] = "rule"
    metadata: Metadata
    spec: RuleSpec


class QuotaReference(Model):
    """A quota, and how much of it a request uses."""

    quota: NonEmpty
    charge: Amount = 1


class QuotaMatch(Model):
    """Conditions on attributes of a request."""

    clause: StringMatches = Field(default_factory=dict)


class QuotaRule(Model):
    """Quotas that are charged when one of the matches holds, or always without any."""

    match: tuple[QuotaMatch, ...] = ()
    quotas: tuple[QuotaReference, ...] = ()


class QuotaSpecSpec(Model):
    """What requests are charged with."""

    rules: tuple[QuotaRule, ...] = ()


class QuotaSpec(MeshObject):
    """config.istio.io QuotaSpec."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: ApiVersion = API_VERSION
    kind: Literal["QuotaSpec"] = "QuotaSpec"
    metadata: Metadata
    spec: QuotaSpecSpec


class QuotaSpecReference(Model):
    """A QuotaSpec."""

    name: NonEmpty
    namespace: str = ""


class QuotaSpecBindingSpec(Model):
    """Which QuotaSpecs hold for which services."""

    quota_specs: tuple[QuotaSpecReference, ...] = ()
    services: tuple[IstioService, ...] = ()


class QuotaSpecBinding(MeshObject):
    """config.istio.io QuotaSpecBinding."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: ApiVersion = API_VERSION
    kind: Literal["QuotaSpecBinding"] = "QuotaSpecBinding"
    metadata: Metadata
    spec: QuotaSpecBindingSpec


LIMIT_KINDS: tuple[type[MeshObject], ...] = (Memquota, Quota, Rule, QuotaSpec, QuotaSpecBinding)
