"""A generated repository of mesh objects of realistic kinds and sizes, the same for every run."""

from collections.abc import Callable, Iterator

OBJECTS = 10_000
_OBJECTS_PER_APP = 10


def files(objects: int = OBJECTS) -> Iterator[tuple[str, bytes]]:
    """Give path and content of each file: some apps a team, three files an app, ten objects each.

    Every app differs in its numbers and names, as real ones do.
    """
    for app in range(max(1, objects // _OBJECTS_PER_APP)):
        folder = f"configs/team{app // 20:03}/app{app:05}"
        for name, write in _FILES.items():
            yield f"{folder}/{name}.yaml", write(app).encode()


def changed(content: bytes) -> bytes:
    """Return the content after a small edit that changes one object."""
    return content.replace(b"timeout: ", b"timeout: 1", 1)


def _metadata(app: int, name: str) -> str:
    return f"""metadata:
  name: {name}
  namespace: team{app // 20:03}
  labels:
    app: app{app:05}
    team: team{app // 20:03}
    app.kubernetes.io/managed-by: gitops
"""


def _service(app: int) -> str:
    return f"""# Ports of app {app}; the second one is for the metrics scraper.
apiVersion: v1
kind: Service
{_metadata(app, f"app{app:05}")}  annotations:
    owner: "team{app // 20:03}@example.com"
spec:
  selector:
    app: app{app:05}
  ports:
  - name: http
    port: 80
    targetPort: {8000 + app % 100}
  - name: http-metrics
    port: 9090
    targetPort: metrics
"""


def _virtual_service(app: int) -> str:
    canary = "\n".join(
        f"""  - name: tenant-{n}
    match:
    - headers:
        x-tenant:
          exact: tenant-{n}
      uri:
        prefix: /api/v{n}/
    route:
    - destination:
        host: app{app:05}
        subset: v2"""
        for n in range(1 + app % 3)
    )
    return f"""apiVersion: networking.istio.io/v1
kind: VirtualService
{_metadata(app, f"app{app:05}")}spec:
  hosts:
  - app{app:05}
  - app{app:05}.team{app // 20:03}.svc.cluster.local
  http:
{canary}
  # Everything else: a slow canary.
  - name: default
    timeout: {1 + app % 9}s
    retries:
      attempts: 3
      perTryTimeout: 500ms
      retryOn: 5xx,connect-failure,refused-stream
    route:
    - destination:
        host: app{app:05}
        subset: v1
      weight: {90 - app % 5}
    - destination:
        host: app{app:05}
        subset: v2
      weight: {10 + app % 5}
"""


def _destination_rule(app: int) -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: DestinationRule
{_metadata(app, f"app{app:05}")}spec:
  host: app{app:05}.team{app // 20:03}.svc.cluster.local
  trafficPolicy:
    loadBalancer:
      simple: LEAST_REQUEST
    connectionPool:
      tcp:
        maxConnections: {100 + app % 7}
        connectTimeout: 2s
      http:
        http2MaxRequests: 1000
        maxRequestsPerConnection: 10
    outlierDetection:
      consecutive5xxErrors: 7
      interval: 30s
      baseEjectionTime: 1m
  subsets:
  - name: v1
    labels:
      version: v1
  - name: v2
    labels:
      version: v2
"""


def _edge_service(app: int) -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: VirtualService
{_metadata(app, f"app{app:05}-edge")}spec:
  hosts:
  - app{app:05}.example.com
  gateways:
  - istio-system/edge
  http:
  - match:
    - uri:
        exact: /healthz
    directResponse:
      status: 200
  - match:
    - uri:
        regex: /v[0-9]+/users/[a-z]+
      method:
        exact: GET
    rewrite:
      uri: /users
    route:
    - destination:
        host: app{app:05}.team{app // 20:03}.svc.cluster.local
        port:
          number: 80
    headers:
      request:
        set:
          x-edge: "true"
        remove: [x-internal]
"""


def _service_entry(app: int) -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: ServiceEntry
{_metadata(app, f"app{app:05}-database")}spec:
  hosts:
  - db{app:05}.example.org
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
  - number: 5432
    name: tcp-postgres
    protocol: TCP
  exportTo:
  - "."
"""


def _authorization(app: int) -> str:
    return f"""apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
{_metadata(app, f"app{app:05}-allow")}spec:
  selector:
    matchLabels:
      app: app{app:05}
  action: ALLOW
  rules:
  - from:
    - source:
        principals:
        - cluster.local/ns/team{app // 20:03}/sa/app{(app + 1) % 1000:05}
        - cluster.local/ns/istio-system/sa/edge
    to:
    - operation:
        methods: [GET, POST]
        paths: ["/api/*", /healthz]
        ports: ["8080"]
    when:
    - key: request.headers[x-tenant]
      notValues: [blocked]
"""


def _authentication(app: int) -> str:
    return f"""apiVersion: security.istio.io/v1
kind: RequestAuthentication
{_metadata(app, f"app{app:05}-jwt")}spec:
  selector:
    matchLabels:
      app: app{app:05}
  jwtRules:
  - issuer: https://issuer.example.com/{app % 11}
    jwksUri: https://issuer.example.com/{app % 11}/jwks.json
    audiences:
    - app{app:05}
    forwardOriginalToken: true
    outputClaimToHeaders:
    - header: x-user
      claim: sub
"""


def _peers(app: int) -> str:
    return f"""apiVersion: security.istio.io/v1
kind: PeerAuthentication
{_metadata(app, f"app{app:05}")}spec:
  selector:
    matchLabels:
      app: app{app:05}
  mtls:
    mode: STRICT
  portLevelMtls:
    9090:
      mode: PERMISSIVE
"""


def _sidecar(app: int) -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: Sidecar
{_metadata(app, f"app{app:05}")}spec:
  workloadSelector:
    labels:
      app: app{app:05}
  egress:
  - hosts:
    - "./*"
    - istio-system/*
    - team{(app // 20 + 1) % 50:03}/*
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY
"""


def _http_route(app: int) -> str:
    return f"""apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
{_metadata(app, f"app{app:05}-public")}spec:
  parentRefs:
  - name: public
    namespace: gateways
    sectionName: https
  hostnames:
  - app{app:05}.example.net
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: /shop
      headers:
      - name: x-canary
        value: "always"
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier:
        add:
        - name: x-route
          value: canary
    backendRefs:
    - name: app{app:05}
      port: 80
      weight: {1 + app % 9}
"""


def _together(*parts: Callable[[int], str]) -> Callable[[int], str]:
    return lambda app: "---\n".join(part(app) for part in parts)


_FILES: dict[str, Callable[[int], str]] = {
    "service": _together(_service, _service_entry, _sidecar),
    "routing": _together(_virtual_service, _destination_rule, _edge_service, _http_route),
    "policy": _together(_authorization, _authentication, _peers),
}
