"""Ingress of Kubernetes with the class `istio`, in the spelling of each of its API versions."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from libs.meshapi.base import FreeForm, Model, Port
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.service import NumberOrName
from libs.meshapi.texts import NonEmpty

CLASS = "istio"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
GROUPS = frozenset({"extensions", "networking.k8s.io"})
OLD_VERSIONS = frozenset({"extensions/v1beta1", "networking.k8s.io/v1beta1"})
"""Versions in which a backend is `serviceName` and `servicePort`."""


class BackendPort(Model):
    """A port of the service by number or by name."""

    number: Port | None = None
    name: str = ""


class BackendService(Model):
    """A service and its port."""

    name: NonEmpty
    port: BackendPort | None = None


class IngressBackend(Model):
    """Where calls go. `service_name` and `service_port` are the old spelling of `service`."""

    service_name: str = ""
    service_port: NumberOrName | None = None
    service: BackendService | None = None
    resource: FreeForm | None = None


class HTTPIngressPath(Model):
    """A path. Without `path_type` it is exact, or what stands before `.*` is its beginning."""

    path: str = ""
    path_type: Literal["Exact", "Prefix", "ImplementationSpecific"] = "ImplementationSpecific"
    backend: IngressBackend


class HTTPIngressRules(Model):
    """Paths of a host."""

    paths: tuple[HTTPIngressPath, ...]


class IngressRule(Model):
    """Paths of one host; of every host when none is said."""

    host: str = ""
    http: HTTPIngressRules | None = None


class IngressTLS(Model):
    """Hosts that are served with a certificate from a Secret."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(Model):
    """`backend` is the old spelling of `default_backend`: what takes the calls of no rule."""

    ingress_class_name: str = ""
    default_backend: IngressBackend | None = None
    backend: IngressBackend | None = None
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTLS, ...] = ()


class Ingress(MeshObject):
    """Ingress of extensions or networking.k8s.io."""

    GROUP: ClassVar[str] = "networking.k8s.io"

    api_version: Literal[
        "extensions/v1beta1", "networking.k8s.io/v1", "networking.k8s.io/v1beta1"
    ] = "networking.k8s.io/v1"
    kind: Literal["Ingress"] = "Ingress"
    metadata: Metadata
    spec: IngressSpec


def is_meant_for_istio(raw: Mapping[str, Any]) -> bool:
    """Say whether an Ingress asks for Istio by name; all others are another controller's."""
    annotations = _inside(_inside(raw, "metadata"), "annotations")
    named = _inside(raw, "spec").get("ingressClassName")
    return CLASS in (annotations.get(CLASS_ANNOTATION), named)


def _inside(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, Mapping) else {}
