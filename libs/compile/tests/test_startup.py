"""What a proxy is started with is the mesh's, then the namespace's, then its own."""

from libs.compile.startup import Startup, patched_bootstrap, startup_of
from libs.compile.tests.worlds import sidecar, world
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.proxy import ProxySettings

_MESH = MeshConfig(default_config=ProxySettings(concurrency=2, proxy_metadata={"A": "mesh"}))


def _config(name: str, namespace: str, spec: str) -> str:
    return f"""
---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {{name: {name}, namespace: {namespace}}}
spec: {spec}
"""


_CONFIGS = (
    _config("mesh", "istio-system", "{environmentVariables: {B: root}}")
    + _config("namespace", "default", "{environmentVariables: {A: own}, image: {imageType: debug}}")
    + _config("workload", "default", "{selector: {matchLabels: {app: a}}, concurrency: 0}")
    + _config("foreign", "elsewhere", "{concurrency: 8}")
)


def test_the_nearest_word_counts_for_each_setting() -> None:
    """Variables of all levels are there together."""
    made = world(_CONFIGS, _MESH)
    assert startup_of(made, sidecar(labels={"app": "a"})) == Startup(
        0, {"A": "own", "B": "root"}, "debug"
    )
    assert startup_of(made, sidecar("elsewhere")).concurrency == 8
    assert startup_of(world(""), sidecar()).metadata() == {}


def test_node_metadata_says_it_as_istio_does() -> None:
    """Tools that read a node find the same names."""
    assert Startup(2, {"A": "b"}, "debug").metadata() == {
        "PROXY_CONFIG": {
            "concurrency": 2,
            "proxyMetadata": {"A": "b"},
            "image": {"imageType": "debug"},
        }
    }


def test_a_bootstrap_is_merged_and_otherwise_left_alone() -> None:
    """Everything that the patch does not say stays."""
    patch = """
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: a}
spec:
  configPatches:
  - {applyTo: BOOTSTRAP, patch: {operation: MERGE, value: {stats_flush_interval: 7s}}}
"""
    made = bootstrap(BootstrapSettings("sidecar~1.1.1.1~a.default~x", "127.0.0.1", 15010))
    assert patched_bootstrap(made, world(""), sidecar()) is made
    found = patched_bootstrap(made, world(patch), sidecar())
    assert found["stats_flush_interval"] == "7s"
    assert found["node"]["id"] == made["node"]["id"]
    assert found["static_resources"]["clusters"][0]["name"] == "xds-grpc"
