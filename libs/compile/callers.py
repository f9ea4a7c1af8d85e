"""Who calls, as policies write it: by certificate, by token, by address, by headers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from libs.compile.meshtls import trust_domains
from libs.envoy import jwt, rbac
from libs.envoy.matchers import quoted
from libs.envoy.rbac import Permission, Principal
from libs.envoy.tls import SPIFFE
from libs.meshapi.fleet import MeshSettings

_ANY_MESH: Final = "cluster.local"
"""Policies may say it for the mesh's own trust domain, whatever that is."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The trust domains that count as the mesh's, its own first."""

    names: tuple[str, ...]

    def expanded(self, principals: Iterable[str]) -> tuple[str, ...]:
        """Return the principals in all of the mesh's trust domains; others stay as they are."""
        return tuple(dict.fromkeys(name for one in principals for name in self._of(one)))

    def _of(self, principal: str) -> tuple[str, ...]:
        domain, slash, rest = principal.partition("/")
        if not slash or "*" in domain or domain not in (_ANY_MESH, *self.names):
            return (principal,)
        return tuple(f"{name}/{rest}" for name in self.names)


def domains_of(mesh: MeshSettings) -> Domains:
    """Return the trust domains of a mesh."""
    return Domains(trust_domains(mesh))


def by_principal(written: str) -> Principal:
    """Return callers by their identity without `spiffe://`."""
    return rbac.by_name(rbac.pattern(written, SPIFFE))


def by_namespace(written: str) -> Principal:
    """Return callers by the namespace of their identity."""
    name = ".*".join(quoted(part) for part in written.split("*"))
    return rbac.by_name(rbac.regex(f".*/ns/{name}/.*"))


def by_trust_domain(written: str) -> Principal:
    """Return callers by the trust domain of their identity."""
    name = "[^/]*".join(quoted(part) for part in written.split("*"))
    return rbac.by_name(rbac.regex(f"{SPIFFE}{name}/.*"))


def by_account(default: str) -> Callable[[str], Principal]:
    """Return callers by service account, `name` in the namespace `default` or `namespace/name`."""

    def make(written: str) -> Principal:
        namespace, slash, name = written.rpartition("/")
        where = quoted(namespace if slash else default)
        text = f"{SPIFFE}.+/ns/{where}/(?:.+/|)sa/{quoted(name)}(?:/.+)?"
        return rbac.by_name(rbac.regex(text))

    return make


def by_address(written: str) -> Principal:
    """Return callers by the address at the other end of the connection."""
    return Principal(direct_remote_ip=rbac.subnet(written))


def by_first_address(written: str) -> Principal:
    """Return callers by the address that proxies in between report."""
    return Principal(remote_ip=rbac.subnet(written))


def by_header(key: str) -> Callable[[str], Principal]:
    """Return callers by the header of a key `request.headers[x-name]`."""
    name = key[key.index("[") + 1 : -1]
    return lambda written: Principal(header=rbac.header(name, written))


def by_claim(path: Sequence[str]) -> Callable[[str], Principal]:
    """Return callers by a claim of their token: a text, or a list with such a text."""

    def make(written: str) -> Principal:
        value = rbac.one_or_among(rbac.pattern(written))
        where = [jwt.PAYLOAD, *path]
        return Principal(metadata=rbac.in_metadata(jwt.FILTER_NAME, where, value))

    return make


def claim_path(written: str) -> tuple[str, ...]:
    """Read `[a][b]`, the way to a claim within claims."""
    return tuple(written.strip("[]").split("]["))


def by_token(written: str) -> Principal:
    """Return callers by issuer and subject of their token, written `issuer/subject`.

    The last slash parts them, as an issuer may be an address. `*` takes everybody with a token.
    """
    issuer, slash, subject = written.rpartition("/")
    if written == "*":
        issuer = subject = "*"
    elif not slash and written.startswith("*"):
        issuer = "*"
    elif not slash:
        issuer, subject = (written, "*") if written.endswith("*") else (written, "")
    both = zip(("iss", "sub"), (issuer, subject), strict=True)
    return rbac.every_principal([by_claim((name,))(text) for name, text in both])


def nobody(_: str) -> Principal:
    """Return no caller at all, for what nothing is known of."""
    return Principal(not_id=Principal(any=True))


def in_filters(key: str) -> Callable[[str], Permission]:
    """Return calls by what another filter noted, for a key `experimental.envoy.filters.a.b[c]`.

    A value in brackets is one of a list.
    """
    name, _, rest = key.removeprefix("experimental.").partition("[")

    def make(written: str) -> Permission:
        value = rbac.one_or_among(rbac.pattern(written.strip("[]")))
        return Permission(metadata=rbac.in_metadata(name, [rest[:-1]], value))

    return make
