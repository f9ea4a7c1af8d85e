"""What of a mesh's settings, and of objects that watch a proxy, stood on the way of a call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from libs.compile.proxy import ProxyType
from libs.routing.call import Call, Mode, Tls
from libs.routing.decision import Decision, Verdict
from tests.agree.trial import Trial

Spec = Mapping[str, Any]
_SIDES = ("CLIENT", "SERVER")
_PROVIDERS, _DEFAULTS = "extensionProviders", "defaultProviders"
_TRACING, _LOGGING = "tracing", "accessLogging"
_NOBODYS = ("allow_any", "block_all")
_OUTBOUND = "outbound|"
_MET: Final[Mapping[str, tuple[str, ...]]] = {
    "arrived": (
        "accessLogEncoding",
        "accessLogFile",
        "accessLogFormat",
        "defaultProviders",
        "disableEnvoyListenerLog",
        "discoverySelectors",
        "enableAutoMtls",
        "protocolDetectionTimeout",
        "rootNamespace",
        "trustDomain",
        "trustDomainAliases",
    ),
    "was_read": ("defaultConfig", "enableTracing", "pathNormalization"),
    "was_sent": (
        "connectTimeout",
        "defaultDestinationRuleExportTo",
        "defaultServiceExportTo",
        "defaultTrafficPolicy",
        "defaultVirtualServiceExportTo",
        "h2UpgradePolicy",
        "localityLbSetting",
        "outboundClusterStatName",
        "serviceEntryVisibility",
        "serviceSettings",
        "tcpKeepalive",
        "verifyCertificateAtClient",
        "zoneAwareLbSetting",
    ),
    "was_sent_with_retries": ("defaultHttpRetryPolicy",),
    "was_sent_by_name": ("dnsRefreshRate",),
    "is_inbound": ("inboundClusterStatName",),
    "is_encrypted": ("meshMTLS", "tlsDefaults"),
    "was_redirected_in": ("inboundTrafficPolicy", "proxyInboundListenPort"),
    "was_redirected_out": ("proxyListenPort",),
    "was_proxied": ("proxyHttpPort",),
    "was_nobodys": ("outboundTrafficPolicy",),
}
"""Settings by how far a call has to come to meet them."""


@dataclass(frozen=True, slots=True)
class Passed:
    """How far a call came."""

    trial: Trial
    call: Call
    decision: Decision

    @property
    def arrived(self) -> bool:
        """Whether a filter chain took it."""
        return self.decision.filter_chain is not None

    @property
    def was_read(self) -> bool:
        """Whether its request was read."""
        return self.decision.route_config is not None

    @property
    def was_sent(self) -> bool:
        """Whether it was sent on to a service."""
        forwarded = self.decision.verdict is Verdict.FORWARD
        return forwarded and any(one.name.startswith(_OUTBOUND) for one in self.decision.clusters)

    @property
    def is_inbound(self) -> bool:
        """Whether the workload was called, and its proxy took the call."""
        return self.call.mode is Mode.INBOUND and self.arrived

    @property
    def is_encrypted(self) -> bool:
        """Whether the proxy ended the TLS of it."""
        return self.call.tls is not Tls.PLAINTEXT and self.arrived

    @property
    def was_nobodys(self) -> bool:
        """Whether it was to what nobody declared."""
        nobodys = self.decision.virtual_host in _NOBODYS
        chain = self.decision.filter_chain or ""
        return self.call.mode is Mode.OUTBOUND and (nobodys or chain.endswith("-catchall-tcp"))

    @property
    def was_sent_with_retries(self) -> bool:
        """Whether a failed attempt of it would be repeated."""
        action = self.decision.action
        return self.was_sent and action is not None and action.retries is not None

    @property
    def was_sent_by_name(self) -> bool:
        """Whether it was sent to a name that has to be resolved."""
        places = (each.address for one in self.decision.clusters for each in one.endpoints)
        return self.was_sent and any(one.endswith("localhost") for one in places)

    @property
    def was_proxied(self) -> bool:
        """Whether a program used the proxy knowingly."""
        return self.was_read and self.call.port == self.trial.mesh.get("proxyHttpPort")

    @property
    def was_redirected(self) -> bool:
        """Whether it came in by redirection."""
        return self.arrived and self.call.mode in self.trial.introduced

    @property
    def was_redirected_out(self) -> bool:
        """Whether redirection brought it from the workload."""
        return self.was_redirected and self.call.mode is Mode.OUTBOUND

    @property
    def was_redirected_in(self) -> bool:
        """Whether redirection brought it on its way to the workload."""
        return self.was_redirected and self.is_inbound

    def telemetry(self, namespace: str, spec: Spec) -> Spec | None:
        """Return what of a Telemetry object is about the call."""
        if not self.arrived or not _is_for(self.trial, namespace, spec):
            return None
        traced = self._of_side(spec.get(_TRACING, ())) if self.was_read else []
        logged = self._of_side(spec.get(_LOGGING, ()))
        found = {name: one for name, one in ((_TRACING, traced), (_LOGGING, logged)) if one}
        if not found:
            return None
        rest = {name: one for name, one in spec.items() if name not in (_TRACING, _LOGGING)}
        return {**rest, **found}

    def _of_side(self, items: Iterable[Spec]) -> list[Spec]:
        side = "SERVER" if self.call.mode is Mode.INBOUND else "CLIENT"
        others = {one for one in _SIDES if one != side}
        return [one for one in items if one.get("match", {}).get("mode") not in others]

    def mesh(self, watching: Iterable[Spec]) -> Spec:
        """Return the settings that the call met; `watching` are Telemetry objects about it."""
        mesh = self.trial.mesh
        if not self.arrived:
            return {}
        met = {name for part, names in _MET.items() if getattr(self, part) for name in names}
        found = {name: one for name, one in mesh.items() if name in met}
        found |= self._told(found, watching)
        if "defaultConfig" in found:
            found["defaultConfig"] = self._of_proxy(found["defaultConfig"])
        return found

    def _told(self, found: Spec, watching: Iterable[Spec]) -> dict[str, Any]:
        """Return the providers that somebody names."""
        parts = [part for one in watching for part in (one.get(_TRACING), one.get(_LOGGING))]
        items = [item for part in parts for item in part or ()]
        named = {each["name"] for item in items for each in item.get("providers", ())}
        defaults = found.get(_DEFAULTS, {})
        named.update(name for names in defaults.values() for name in names)
        providers = [one for one in self.trial.mesh.get(_PROVIDERS, ()) if one["name"] in named]
        return {_PROVIDERS: providers} if providers else {}

    def _of_proxy(self, config: Spec) -> Spec:
        """Leave out what only gateways have; tracing is of those that trace."""
        own = dict(config)
        if self.trial.proxy.type is not ProxyType.ROUTER:
            own.pop("gatewayTopology", None)
        if not self.trial.mesh.get("enableTracing"):
            own.pop("zipkinAddress", None)
        return own


def _is_for(trial: Trial, namespace: str, spec: Spec) -> bool:
    """Say whether an object that every trial writes alike is for its proxy."""
    labels = spec.get("selector", {}).get("matchLabels", {})
    return namespace in ("istio-system", "default") and labels.items() <= trial.proxy.labels.items()
