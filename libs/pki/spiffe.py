"""Identities of workloads, in the form that Istio gives SPIFFE ids."""

import re
from dataclasses import dataclass
from typing import Final

from libs.pki.errors import PkiError

ID_CHARS_MAX: Final = 2048
"""SPIFFE's own limit."""

_SCHEME: Final = "spiffe://"
_TRUST_DOMAIN: Final = re.compile(r"[a-z0-9._-]{1,255}")
_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_ACCOUNT: Final = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True, order=True)
class SpiffeId:
    """A service account of a namespace within a trust domain. Raises PkiError for other names."""

    trust_domain: str
    namespace: str
    service_account: str

    def __post_init__(self) -> None:
        for what, pattern, text in (
            ("trust domain", _TRUST_DOMAIN, self.trust_domain),
            ("namespace", _NAMESPACE, self.namespace),
            ("service account", _ACCOUNT, self.service_account),
        ):
            if not pattern.fullmatch(text):
                raise PkiError(f"`{text[:80]}` is no {what}; write it as Kubernetes names it")

    def __str__(self) -> str:
        """Return `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`."""
        return f"{_SCHEME}{self.trust_domain}/ns/{self.namespace}/sa/{self.service_account}"


def parse_spiffe_id(text: str) -> SpiffeId:
    """Read an id. Raises PkiError for anything but a workload's id in its one spelling."""
    parts = text.removeprefix(_SCHEME).split("/")
    shaped = text.startswith(_SCHEME) and len(text) <= ID_CHARS_MAX
    match parts:
        case [domain, "ns", namespace, "sa", account] if shaped:
            return SpiffeId(domain, namespace, account)
    raise PkiError(
        f"`{text[:80]}` is no identity; write spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT"
    )
