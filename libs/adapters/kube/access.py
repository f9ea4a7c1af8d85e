"""How to reach one API server and as whom, read from a kubeconfig and judged before it is used."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from libs.kernel.looperrors import StalledError

KUBECONFIG_BYTES_MAX = 1024 * 1024
EXEC_REFUSED = (
    "it runs a program (`exec`), which is not allowed here; allow programs, or use a token"
)


@dataclass(frozen=True, slots=True)
class Access:
    """An address, whom to trust there, and credentials. Certificates and keys are PEM."""

    server: str
    authority: bytes = b""
    token: str = field(default="", repr=False)
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    server_name: str = ""
    proxy: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a kubeconfig may ask of this machine. One that comes from a cluster may ask nothing.

    `run` runs the program of an `exec` section and returns its status; None refuses it.
    """

    files: bool = False
    insecure: bool = False
    proxy: bool = False
    run: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None


AccessSource = Callable[[], Access]
"""Reads the access anew each time, so that rotated credentials count. Raises StalledError."""


def kubeconfig_file(path: Path, context: str, allowed: Allowed) -> AccessSource:
    """Return the source for a context of a file; the current one where `context` is empty."""

    def read() -> Access:
        try:
            text = path.read_bytes()
        except OSError as error:
            raise StalledError(f"kubeconfig {path}: {error.strerror}") from error
        return access_of(text, context, allowed, place=str(path), folder=path.parent)

    return read


def access_of(
    text: bytes,
    context: str,
    allowed: Allowed,
    *,
    place: str,
    folder: Path | None = None,
) -> Access:
    """Read one context. `place` names the kubeconfig in sentences; relative paths are in `folder`.

    Raises StalledError for what is no kubeconfig, and for what it asks and is not allowed.
    """
    reading = _Reading(_parsed(text, place), allowed, place, folder)
    return reading.access(context)


def contexts_of(text: bytes, place: str) -> tuple[str, ...]:
    """Return the names of all contexts. Raises StalledError for what is no kubeconfig."""
    found = _parsed(text, place).get("contexts") or ()
    return tuple(str(one["name"]) for one in found if isinstance(one, Mapping) and "name" in one)


def _parsed(text: bytes, place: str) -> Mapping[str, Any]:
    if len(text) > KUBECONFIG_BYTES_MAX:
        raise StalledError(f"{place}: larger than {KUBECONFIG_BYTES_MAX} bytes")
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # The text of a YAML error quotes the file, which holds credentials.
        raise StalledError(f"{place}: it is no YAML; write a kubeconfig") from error
    if not isinstance(found, Mapping) or not isinstance(found.get("clusters"), list):
        raise StalledError(f"{place}: it is no kubeconfig: it has no list `clusters`")
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    config: Mapping[str, Any]
    allowed: Allowed
    place: str
    folder: Path | None

    def access(self, context: str) -> Access:
        name = context or str(self.config.get("current-context") or "")
        chosen = self._named("contexts", name, "context")
        cluster = self._named("clusters", str(chosen.get("cluster") or ""), "cluster")
        user_name = str(chosen.get("user") or "")
        user = self._named("users", user_name, "user") if user_name else {}
        given = self._credentials(user)
        return Access(
            server=self._server(cluster),
            authority=self._material(cluster, "certificate-authority"),
            token=given.get("token", b"").decode("ascii", "replace").strip(),
            certificate=given.get("certificate", b""),
            key=given.get("key", b""),
            server_name=str(cluster.get("tls-server-name") or ""),
            proxy=self._proxy(cluster),
            insecure=self._insecure(cluster),
        )

    def _named(self, section: str, name: str, inner: str) -> Mapping[str, Any]:
        for one in self.config.get(section) or ():
            if isinstance(one, Mapping) and one.get("name") == name:
                found = one.get(inner)
                return found if isinstance(found, Mapping) else {}
        raise self._stalled(f"`{section}` has no `{name}`")

    def _server(self, cluster: Mapping[str, Any]) -> str:
        found = str(cluster.get("server") or "").rstrip("/")
        if not found.startswith("https://"):
            raise self._stalled(f"the server `{found}` is not reached by https")
        return found

    def _proxy(self, cluster: Mapping[str, Any]) -> str:
        found = str(cluster.get("proxy-url") or "")
        if found and not self.allowed.proxy:
            raise self._stalled("`proxy-url` is not allowed here")
        return found

    def _insecure(self, cluster: Mapping[str, Any]) -> bool:
        found = bool(cluster.get("insecure-skip-tls-verify"))
        if found and not self.allowed.insecure:
            advice = "give `certificate-authority-data` instead"
            raise self._stalled(f"`insecure-skip-tls-verify` is not allowed here; {advice}")
        return found

    def _credentials(self, user: Mapping[str, Any]) -> Mapping[str, bytes]:
        for old in ("auth-provider", "username", "password"):
            if old in user:
                raise self._stalled(f"`{old}` is not supported; use a token or a certificate")
        if "exec" in user:
            return self._executed(user["exec"])
        token = str(user["token"]).encode() if user.get("token") else self._file(user, "tokenFile")
        certificate = self._material(user, "client-certificate")
        return {
            "token": token,
            "certificate": certificate,
            "key": self._material(user, "client-key"),
        }

    def _executed(self, wanted: Mapping[str, Any]) -> Mapping[str, bytes]:
        if self.allowed.run is None:
            raise self._stalled(EXEC_REFUSED)
        command = str(wanted.get("command") or "")
        if "/" in command:
            wanted = {**wanted, "command": str((self.folder or Path()) / command)}
        try:
            status = self.allowed.run(wanted)
        except StalledError as error:
            raise self._stalled(error.reason) from error
        names = {
            "token": "token",
            "certificate": "clientCertificateData",
            "key": "clientKeyData",
        }
        return {ours: str(status.get(theirs) or "").encode() for ours, theirs in names.items()}

    def _material(self, section: Mapping[str, Any], name: str) -> bytes:
        """Return what stands in the kubeconfig as base64, or in the file that it names."""
        data = section.get(f"{name}-data")
        if not data:
            return self._file(section, name)
        try:
            return base64.b64decode(str(data), validate=True)
        except binascii.Error as error:
            raise self._stalled(f"`{name}-data` is not base64") from error

    def _file(self, section: Mapping[str, Any], name: str) -> bytes:
        if not section.get(name):
            return b""
        if not self.allowed.files:
            raise self._stalled(f"`{name}` names a file, which is not allowed here; write the data")
        path = (self.folder or Path()) / str(section[name])
        try:
            return path.read_bytes()
        except OSError as error:
            raise self._stalled(f"`{name}`: {path}: {error.strerror}") from error

    def _stalled(self, reason: str) -> StalledError:
        return StalledError(f"kubeconfig {self.place}: {reason}")
