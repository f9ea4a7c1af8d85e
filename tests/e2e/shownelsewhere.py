"""Fields without a table of expectations: another test shows them, or no call can."""

from collections.abc import Iterator, Mapping

_TELEMETRY = "tests/e2e/test_envoy_telemetry.py"
_TRACERS = "libs/compile/tests/test_tracers.py"
_COLLECTORS = "libs/compile/tests/test_collectors.py"
_REPORTED = "tests/golden/what-is-reported-goes-to-the-services-that-a-mesh-names/in.yaml"
_SHAPED = "tests/golden/a-destination-rule-shapes-the-clusters-of-its-host/in.yaml"
_OF_MESH = "tests/golden/what-a-mesh-says-stands-below-what-rules-say/in.yaml"
_WARM_UP = "tests/e2e/test_warm_up.py"


def _all(where: str, *fields: str) -> Iterator[tuple[str, str]]:
    return ((field, where) for field in fields)


SHOWN_ELSEWHERE: Mapping[str, str] = dict(
    (
        *_all(
            _WARM_UP,
            "LoadBalancer.warmup",
            "LoadBalancer.warmupDurationSecs",
            "Warmup.duration",
            "Warmup.minimumPercent",
        ),
        *_all(
            _TELEMETRY,
            "Datadog.port",
            "Datadog.service",
            "DynatraceAPI.port",
            "DynatraceAPI.service",
            "DynatraceSampler.clusterId",
            "DynatraceSampler.httpService",
            "DynatraceSampler.tenant",
            "ExportHTTP.path",
            "ExtensionProvider.datadog",
            "ExtensionProvider.envoyFileAccessLog",
            "ExtensionProvider.opentelemetry",
            "ExtensionProvider.skywalking",
            "ExtensionProvider.zipkin",
            "FileLog.logFormat",
            "FileLog.path",
            "LogFormat.labels",
            "LogFormat.text",
            "MeshConfig.accessLogEncoding",
            "MeshConfig.accessLogFile",
            "MeshConfig.accessLogFormat",
            "MeshConfig.disableEnvoyListenerLog",
            "OpenTelemetry.dynatraceSampler",
            "OpenTelemetry.http",
            "OpenTelemetry.port",
            "OpenTelemetry.resourceDetectors",
            "OpenTelemetry.service",
            "OpenTelemetry.serviceAttributeEnrichment",
            "ProviderHeader.name",
            "ProviderHeader.value",
            "ResourceDetectors.dynatrace",
            "ResourceDetectors.environment",
            "SkyWalking.accessToken",
            "SkyWalking.port",
            "SkyWalking.service",
            "Zipkin.headers",
            "Zipkin.port",
            "Zipkin.service",
            "Zipkin.timeout",
        ),
        *_all(
            _TRACERS,
            "Datadog.maxTagLength",
            "DynatraceAPI.http",
            "DynatraceSampler.rootSpansPerMinute",
            "ExportHTTP.headers",
            "ExportHTTP.timeout",
            "OpenTelemetry.maxTagLength",
            "ProxySettings.tracingServiceName",
            "ProxyTracing.datadog",
        ),
        *_all(
            _REPORTED,
            "ConnectionSettings.clusterPerConnectionBufferLimitBytes",
            "ConnectionSettings.http2InitialConnectionWindowSize",
            "ConnectionSettings.http2InitialStreamWindowSize",
            "ConnectionSettings.listenerPerConnectionBufferLimitBytes",
            "DefaultProviders.accessLogging",
            "DefaultProviders.tracing",
            "ExportGRPC.initialMetadata",
            "ExportGRPC.timeout",
            "ExtensionProvider.envoyHttpAls",
            "ExtensionProvider.envoyOtelAls",
            "ExtensionProvider.envoyTcpAls",
            "FileLog.omitEmptyValues",
            "GRPCAuthorizer.clearRouteCache",
            "GRPCAuthorizer.includeRequestBodyInCheck",
            "HTTPLogService.additionalRequestHeadersToLog",
            "HTTPLogService.additionalResponseHeadersToLog",
            "HTTPLogService.additionalResponseTrailersToLog",
            "HTTPLogService.filterStateObjectsToLog",
            "HTTPLogService.logName",
            "HTTPLogService.port",
            "HTTPLogService.service",
            "MeshConfig.defaultProviders",
            "MeshConfig.enableTracing",
            "OpenTelemetry.grpc",
            "OpenTelemetryLog.logFormat",
            "OpenTelemetryLog.logName",
            "OpenTelemetryLog.port",
            "OpenTelemetryLog.service",
            "ProxySettings.meshId",
            "ProxySettings.tracing",
            "ProxySettings.zipkinAddress",
            "ProxyTracing.customTags",
            "ProxyTracing.enableIstioTags",
            "ProxyTracing.maxPathTagLength",
            "ProxyTracing.sampling",
            "TCPLogService.filterStateObjectsToLog",
            "TCPLogService.logName",
            "TCPLogService.port",
            "TCPLogService.service",
            "TagSource.defaultValue",
            "TagSource.name",
            "TagText.value",
            "TracingTag.environment",
            "TracingTag.header",
            "TracingTag.literal",
            "Zipkin.enable64bitTraceId",
            "Zipkin.maxTagLength",
            "Zipkin.path",
            "Zipkin.traceContextOption",
        ),
        *_all(_COLLECTORS, "AddressedTracer.address", "ProxyTracing.zipkin"),
        *_all(
            _SHAPED,
            "HTTP2KeepAlive.interval",
            "HTTP2KeepAlive.timeout",
            "HTTPSettings.http2KeepAlive",
            "HTTPSettings.maxConcurrentStreams",
            "TCPKeepalive.interval",
            "TCPKeepalive.probes",
            "TCPKeepalive.time",
            "TCPSettings.connectTimeout",
            "TCPSettings.tcpKeepalive",
            "Warmup.aggression",
        ),
        *_all(_OF_MESH, "MeshConfig.connectTimeout", "MeshConfig.tcpKeepalive"),
        *_all(
            "libs/registry/tests/test_settings.py",
            "MeshConfig.serviceSettings",
            "ServiceSetting.clusterLocal",
            "ServiceSettings.hosts",
            "ServiceSettings.settings",
        ),
        *_all("libs/compile/tests/test_clusters.py", "MeshConfig.dnsRefreshRate"),
        *_all(
            "libs/compile/tests/test_inbound.py",
            "InboundTrafficPolicy.mode",
            "MeshConfig.inboundTrafficPolicy",
        ),
        *_all("libs/compile/tests/test_startup.py", "ProxySettings.concurrency"),
        *_all("libs/compile/tests/test_servertls.py", "ServerCertificate.caCertificates"),
        *_all(
            "libs/compile/tests/test_localities.py",
            "ZoneAwareLoadBalancer.failoverPriority",
        ),
        *_all("libs/compile/tests/test_patchlisteners.py", "FilterChainMatch.applicationProtocols"),
    )
)
"""Fields by the test that shows them; a golden is one that Envoy itself has validated."""

NO_CALL_SHOWS: Mapping[str, str] = dict(
    (
        *_all(
            "stands for what is not written, which other tables show",
            "CorsPolicy.unmatchedPreflights UNSPECIFIED",
            "EgressListener.captureMode DEFAULT",
            "HTTPSettings.h2UpgradePolicy DEFAULT",
            "IngressListener.captureMode DEFAULT",
            "LoadBalancer.simple UNSPECIFIED",
            "ServerTLS.minProtocolVersion TLS_AUTO",
        ),
        *_all(
            "needs connections that are redirected into the proxy",
            "LoadBalancer.simple PASSTHROUGH",
        ),
    )
)
"""Fields by the reason why no call shows them."""
