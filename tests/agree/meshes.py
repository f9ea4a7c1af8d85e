"""Random settings of a mesh that any trial can have: nothing in them keeps a call from its way."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.agree import policies, rules
from tests.agree.dice import Dice

Settings = dict[str, Any]
Choices = Mapping[str, Callable[[Dice], Any]]
_SHARE = 0.5
_CONFIGURED = 0.75
"""More often than others, for most settings are there."""
_FORWARDED = ("SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY")
_NORMALIZATIONS = ("DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")
_SUITES = ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256")
_SUITES_RSA = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256")
_CURVES = ("X25519", "P-256")


def draw(dice: Dice) -> Settings:
    """Draw settings; a gateway's own are no trouble for a sidecar."""
    drawn = _some(dice, _MESH) | {"extensionProviders": _providers(dice)}
    if dice.chance(_CONFIGURED):
        drawn["defaultConfig"] = _proxy(dice)
    if dice.chance(_SHARE):
        drawn["localityLbSetting"] = _places(dice)
    elif dice.chance(_SHARE):
        drawn["zoneAwareLbSetting"] = _zones(dice)
    return drawn


def _some(
    dice: Dice, choices: Mapping[str, Callable[[Dice], Any]], share: float = _SHARE
) -> Settings:
    return {name: make(dice) for name, make in choices.items() if dice.chance(share)}


def _one(*values: Any) -> Callable[[Dice], Any]:
    return lambda dice: dice.one(values)


def _exports(dice: Dice) -> list[str]:
    return [dice.one(("*", "."))]


def _places(dice: Dice) -> Settings:
    return dice.one(
        (
            {"enabled": True},
            {"failover": [{"from": "region1", "to": "region2"}]},
            {"failoverPriority": ["tier"], "enabled": True},
            {"distribute": [{"from": "region1/*", "to": {"region1/*": 50, "region2/*": 50}}]},
        )
    )


def _zones(dice: Dice) -> Settings:
    return dice.one(({"enabled": True}, {"enabled": True, "minClusterSize": 3}))


def _policy(dice: Dice) -> Settings:
    drawn: Settings = {}
    if dice.chance(0.7):
        drawn["connectionPool"] = policies.pool(dice)
    if dice.chance(0.7) or not drawn:
        drawn["outlierDetection"] = policies.outliers(dice)
    return drawn


def _tls(dice: Dice) -> Settings:
    """Draw bounds of TLS that every client of a run can keep."""
    bounds = {
        "minProtocolVersion": _one("TLS_AUTO", "TLSV1_2", "TLSV1_3"),
        "ecdhCurves": lambda _: list(_CURVES),
    }
    drawn = _some(dice, bounds, 0.6)
    if drawn.get("minProtocolVersion") != "TLSV1_3" and dice.chance(0.5):
        drawn["cipherSuites"] = [*_SUITES, *_SUITES_RSA]
    return drawn


def _bounds(dice: Dice) -> Settings:
    """Draw bounds of connections that no call of a run comes near."""
    drawn = _some(dice, _BOUNDS, 0.75)
    if dice.chance(0.75):
        drawn["profile"] = dice.one(("SIDECAR", "EDGE"))
    return drawn


_BOUNDS: Choices = {
    "listenerPerConnectionBufferLimitBytes": _one(65536),
    "clusterPerConnectionBufferLimitBytes": _one(65536),
    "httpIdleTimeout": _one("60s"),
    "httpMaxConnectionDuration": _one("60s"),
    "httpDrainTimeout": _one("5s"),
    "httpRequestTimeout": _one("30s"),
    "httpRequestHeadersTimeout": _one("30s"),
    "httpStreamIdleTimeout": _one("30s"),
    "httpMaxStreamDuration": _one("30s"),
    "httpMaxConcurrentStreams": _one(100),
    "http2InitialStreamWindowSize": _one(65536),
    "http2InitialConnectionWindowSize": _one(65536),
    "httpMergeSlashes": _one(True, False),
    "httpHeadersWithUnderscoresAction": _one(
        "HEADERS_WITH_UNDERSCORES_UNSPECIFIED",
        "HEADERS_WITH_UNDERSCORES_ALLOW",
        "HEADERS_WITH_UNDERSCORES_REJECT_REQUEST",
        "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
    ),
    "httpPathWithEscapedSlashesAction": _one(
        "PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED",
        "KEEP_UNCHANGED",
        "REJECT_REQUEST",
        "UNESCAPE_AND_REDIRECT",
        "UNESCAPE_AND_FORWARD",
    ),
}


def _headers(dice: Dice) -> Settings:
    parts = {name: _one(True, False) for name in ("subject", "cert", "chain", "dns", "uri")}
    disabled, enabled = {"disabled": True}, {"enabled": True}
    drawn = {"forwardedClientCert": dice.one(("UNDEFINED", *_FORWARDED))}
    return drawn | _some(
        dice,
        {
            "setCurrentClientCertDetails": lambda dice: _some(dice, parts, 0.7),
            "requestId": _one(disabled),
            "server": _one(disabled, {"value": "somebody"}),
            "attemptCount": _one({"disabled": False}),
            "envoyDebugHeaders": _one(disabled),
            "preserveHttp1HeaderCase": _one(True),
            "xForwardedHost": _one(enabled),
            "xForwardedPort": _one(enabled),
        },
        0.4,
    )


def _topology(dice: Dice) -> Settings:
    stated = {
        "numTrustedProxies": _one(1),
        "forwardClientCertDetails": _one("UNDEFINED", *_FORWARDED, "SANITIZE_SET"),
    }
    return _some(dice, stated, 0.9)


def _tags(_: Dice) -> Settings:
    return {
        "fixed": {"literal": {"value": "here"}},
        "variable": {"environment": {"name": "NOWHERE", "defaultValue": "none"}},
        "asked": {"header": {"name": "x-one", "defaultValue": "none"}},
    }


def _tracing(dice: Dice) -> Settings:
    return {"sampling": dice.one((0, 100))} | _some(
        dice,
        {
            dice.one(("zipkin", "datadog")): _one({"address": "collector.telemetry:9411"}),
            "customTags": _tags,
            "maxPathTagLength": _one(64),
            "enableIstioTags": _one(True, False),
        },
        0.6,
    )


def _proxy(dice: Dice) -> Settings:
    return _some(
        dice,
        {
            "connectionSettings": _bounds,
            "gatewayTopology": _topology,
            "proxyHeaders": _headers,
            "meshId": _one("mesh1"),
            "tracingServiceName": _one(
                "APP_LABEL_AND_NAMESPACE", "CANONICAL_NAME_ONLY", "CANONICAL_NAME_AND_NAMESPACE"
            ),
            "tracing": _tracing,
            "zipkinAddress": _one("collector.telemetry:9411"),
        },
        0.75,
    )


def _providers(dice: Dice) -> list[Settings]:
    """Return providers of every kind; what they say to collectors is no question of a run."""
    service = {"service": "telemetry/collector.telemetry.svc.cluster.local", "port": 9411}
    named = [{"name": "x-key", "value": "one"}]
    form: Settings = dice.one(({"text": "%PROTOCOL%\n"}, {"labels": {"protocol": "%PROTOCOL%"}}))
    file: Settings = {"path": "/dev/null", "logFormat": form}
    zipkin: Settings = {**service, "maxTagLength": 64, "path": "/spans"}
    zipkin["traceContextOption"] = dice.one(("USE_B3", "USE_B3_WITH_W3C_PROPAGATION"))
    zipkin |= {"timeout": "1s", "headers": named} if dice.chance(0.5) else {}
    otlp: Settings = dice.one(
        (
            {"http": {"path": "/v1/traces", "timeout": "1s", "headers": named}},
            {"grpc": {"timeout": "1s", "initialMetadata": named}},
        )
    )
    logged = {"logName": "calls", "filterStateObjectsToLog": ["some.object"]}
    headers = {f"additional{one}ToLog": ["x-one"] for one in _LOGGED_PARTS}
    return [
        {"name": "file", "envoyFileAccessLog": {**file, "omitEmptyValues": True}},
        {"name": "zipkin", "zipkin": {**zipkin, "enable64bitTraceId": dice.chance(0.5)}},
        {"name": "otlp", "opentelemetry": {**service, **otlp, **_told(dice, service)}},
        {"name": "datadog", "datadog": {**service, "maxTagLength": 64}},
        {"name": "skywalking", "skywalking": {**service, "accessToken": "token"}},
        {"name": "http-als", "envoyHttpAls": {**service, **logged, **headers}},
        {"name": "tcp-als", "envoyTcpAls": {**service, **logged}},
        {"name": "otel-als", "envoyOtelAls": {**service, "logName": "calls", "logFormat": form}},
    ]


def _told(dice: Dice, service: Settings) -> Settings:
    """Draw what a collector of OTLP is told beside spans, and who says how many."""
    budget = {**service, "http": {"path": "/budget", "timeout": "1s"}}
    sampler = {"tenant": "one", "clusterId": 1, "rootSpansPerMinute": 100, "httpService": budget}
    return _some(
        dice,
        {
            "maxTagLength": _one(64),
            "resourceDetectors": _one({"environment": {}}, {"environment": {}, "dynatrace": {}}),
            "serviceAttributeEnrichment": _one("ISTIO_CANONICAL", "OTEL_SEMANTIC_CONVENTIONS"),
            "dynatraceSampler": _one(sampler),
        },
        0.5,
    )


_LOGGED_PARTS = ("RequestHeaders", "ResponseHeaders", "ResponseTrailers")
TRACERS = ("zipkin", "otlp", "otlp", "datadog", "skywalking")
LOGS = ("file", "http-als", "tcp-als", "otel-als")
"""Providers that every mesh of a run has."""


def _defaults(dice: Dice) -> Settings:
    return _some(
        dice, {"tracing": lambda d: [d.one(TRACERS)], "accessLogging": lambda d: [d.one(LOGS)]}, 0.7
    )


def _namespaces(dice: Dice) -> list[Settings]:
    """Draw selectors that take every namespace of a trial: what one leaves out another takes."""
    key = "kubernetes.io/metadata.name"
    others: list[Settings] = [
        {"key": key, "operator": "NotIn", "values": ["elsewhere"]},
        {"key": key, "operator": "Exists"},
        {"key": "absent", "operator": "DoesNotExist"},
    ]
    own = {"key": key, "operator": "In", "values": ["default"]}
    drawn: list[Settings] = [{"matchExpressions": [dice.one(others)]}]
    drawn.append(dice.one(({"matchLabels": {key: "default"}}, {"matchExpressions": [own]})))
    return dice.mixed(drawn)


def _entries(dice: Dice) -> Settings:
    """Draw who sees entries that do not say it."""
    words = ("VISIBILITY_UNSPECIFIED", "NAMESPACE", "PUBLIC")
    selector = {"matchLabels": {"kubernetes.io/metadata.name": dice.one(("default", "elsewhere"))}}
    policy = {
        "visibility": dice.one((*words, "NONE")),
        "matchingRules": [{"namespaceSelector": selector}],
    }
    return _some(
        dice,
        {
            "defaultVisibility": _one(*words, "NONE"),
            "applyToSidecars": _one(True, False),
            "policies": _one([policy]),
        },
        0.7,
    )


def _local(dice: Dice) -> list[Settings]:
    hosts = [dice.one(("*", "*.default.svc.cluster.local", "elsewhere.example"))]
    return [{"settings": {"clusterLocal": dice.chance(0.5)}, "hosts": hosts}]


_MESH: Choices = {
    "disableEnvoyListenerLog": _one(True),
    "discoverySelectors": _namespaces,
    "serviceEntryVisibility": _entries,
    "serviceSettings": _local,
    "connectTimeout": _one("5s"),
    "protocolDetectionTimeout": _one("5s"),
    "tcpKeepalive": _one({"probes": 3, "time": "10s", "interval": "5s"}),
    "enableTracing": _one(True),
    "accessLogFile": _one("/dev/null"),
    "accessLogFormat": _one('{"protocol": "%PROTOCOL%"}'),
    "accessLogEncoding": _one("TEXT", "JSON"),
    "inboundTrafficPolicy": lambda dice: {"mode": dice.one(("PASSTHROUGH", "LOCALHOST"))},
    "enableAutoMtls": _one(True, False),
    "trustDomain": _one("cluster.local"),
    "trustDomainAliases": _one(["old.example"]),
    "defaultServiceExportTo": _exports,
    "defaultVirtualServiceExportTo": _exports,
    "defaultDestinationRuleExportTo": _exports,
    "rootNamespace": _one("istio-system"),
    "dnsRefreshRate": _one("5s"),
    "h2UpgradePolicy": _one("DO_NOT_UPGRADE"),
    "inboundClusterStatName": _one("in_%SERVICE%"),
    "outboundClusterStatName": _one("out_%SERVICE%"),
    "verifyCertificateAtClient": _one(True, False),
    "defaultProviders": _defaults,
    "pathNormalization": lambda dice: {"normalization": dice.one(_NORMALIZATIONS)},
    "defaultHttpRetryPolicy": rules.retries,
    "meshMTLS": _tls,
    "tlsDefaults": _tls,
    "defaultTrafficPolicy": _policy,
}
