"""How old objects name a service, and the host that it has today."""

from pydantic import Field

from libs.meshapi.base import Model, StringMap

DEFAULT_DOMAIN = "cluster.local"
"""DNS domain of a mesh that says no other."""


class IstioService(Model):
    """A service by name, or by its whole host in `service`; `labels` narrow it to instances."""

    name: str = ""
    namespace: str = ""
    domain: str = ""
    service: str = ""
    labels: StringMap = Field(default_factory=dict)


def host_of(service: IstioService, namespace: str, domain: str) -> str:
    """Return the whole host; `namespace` is that of the object that names the service."""
    if service.service:
        return whole(service.service, namespace, domain)
    suffix = service.domain or f"svc.{domain}"
    return f"{service.name}.{service.namespace or namespace}.{suffix}".lower()


def whole(host: str, namespace: str, domain: str) -> str:
    """Complete a host without dots by a namespace."""
    plain = host.lower()
    return plain if "." in plain or plain == "*" else f"{plain}.{namespace}.svc.{domain}"


def split(host: str, domain: str) -> tuple[str, str] | None:
    """Return namespace and name of a host of the mesh; None for a host outside of it."""
    ending = f".svc.{domain}"
    name, _, namespace = host.removesuffix(ending).partition(".")
    if not host.endswith(ending) or not namespace or "." in namespace or name.startswith("*"):
        return None
    return namespace, name


def written(host: str, namespace: str, domain: str) -> str:
    """Return a host as an object of `namespace` writes it: by its name alone where that does."""
    found = split(host, domain)
    return found[1] if found is not None and found[0] == namespace else host
