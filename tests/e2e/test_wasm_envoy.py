"""WasmPlugins through a real Envoy, which has a runtime of its own."""

from pathlib import Path

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.envoy.staticform import static_bootstrap
from tests.casefile import world_of
from tests.e2e.calls import make
from tests.e2e.wasmmodule import module
from tools.envoy.process import EnvoyProcess

_MESH = Path(__file__).parent / "expectations" / "shared" / "bookinfo.yaml"
_PROXY = Proxy(
    ProxyType.SIDECAR,
    "default",
    ("127.80.1.1",),
    labels={"app": "productpage", "version": "v1"},
    metadata={"INTERCEPTION_MODE": "NONE"},
)
_PLUGIN = """
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: header}
spec:
  url: file://FOLDER/header.wasm
  phase: AUTHN
  pluginName: header
  pluginConfig: {one: {a: 1}}
  failStrategy: FAIL_OPEN
  vmConfig: {env: [{name: A, value: b}, {name: PATH, valueFrom: HOST}]}
"""
_CALL = {"to": "127.80.1.2:9080", "host": "nobody.example", "path": "/"}


def _shared() -> str:
    """Return the objects of the tables, at addresses that are in no use by them at this moment."""
    return _MESH.read_text(encoding="utf-8").replace("127.77.", "127.80.")


def test_a_module_on_the_proxys_disk_changes_answers(tmp_path: Path, envoy: Path) -> None:
    """The module is loaded from its file and sees what the router answers."""
    assert envoy.is_file()
    (tmp_path / "header.wasm").write_bytes(module())
    text = _PLUGIN.replace("FOLDER", str(tmp_path))
    world = world_of(f"{text}---\n{_shared()}", "plugin.yaml")
    compiled = compile_snapshot(world, _PROXY)
    assert compiled.problems == ()
    with EnvoyProcess(static_bootstrap(compiled.snapshot)) as process:
        process.wait_ready()
        (reply,) = make(_CALL)
    assert reply.headers.get("x-wasm") == "yes"
