"""RequestAuthentication: which tokens a workload accepts."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Alternatives, Model
from libs.meshapi.durations import Duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.targets import PolicyTarget, PolicyTargets
from libs.meshapi.texts import NonEmpty, NonEmptyTexts

JwksUri = Annotated[str, Field(min_length=1, max_length=2048)]


class JWTHeader(Model):
    """A header that carries a token, after `prefix`."""

    name: NonEmpty
    prefix: str = ""


class ClaimToHeader(Model):
    """A claim that is copied to a header of the request."""

    header: Annotated[str, Field(min_length=1, pattern=patterns.HEADER_WORD)]
    claim: NonEmpty


class JWTRule(Model):
    """Tokens of one issuer, or of any; the keys are in `jwks`, or at `jwks_url`.

    `jwks_uri` is the same as `jwks_url` in the spelling of old manifests.
    """

    ALTERNATIVES: ClassVar[Alternatives] = (("jwks_url", "jwks_uri", "jwks"),)

    issuer: NonEmpty | None = None
    audiences: NonEmptyTexts = ()
    jwks_url: JwksUri | None = Field(
        default=None, validation_alias="jwksUri", serialization_alias="jwksUri"
    )
    jwks_uri: JwksUri | None = Field(
        default=None, validation_alias="jwks_uri", serialization_alias="jwks_uri"
    )
    jwks: str = ""
    from_headers: tuple[JWTHeader, ...] = ()
    from_params: NonEmptyTexts = ()
    from_cookies: NonEmptyTexts = ()
    output_payload_to_header: str = ""
    output_claim_to_headers: tuple[ClaimToHeader, ...] = ()
    forward_original_token: bool = False
    timeout: Duration | None = None
    space_delimited_claims: Annotated[NonEmptyTexts, Field(max_length=64)] = ()


class RequestAuthenticationSpec(Model):
    """Rules for the selected workloads or targets; one selection at most."""

    ALTERNATIVES: ClassVar[Alternatives] = (("selector", "target_ref", "target_refs"),)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTarget | None = None
    target_refs: PolicyTargets = ()
    jwt_rules: Annotated[tuple[JWTRule, ...], Field(max_length=4096)] = ()


class RequestAuthentication(MeshObject):
    """security.istio.io RequestAuthentication."""

    GROUP: ClassVar[str] = "security.istio.io"

    api_version: str = "security.istio.io/v1"
    kind: Literal["RequestAuthentication"] = "RequestAuthentication"
    metadata: Metadata
    spec: RequestAuthenticationSpec = RequestAuthenticationSpec()
