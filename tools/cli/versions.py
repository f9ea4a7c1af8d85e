"""Two versions of Periplus on one configuration: the other one is a program, asked by its contract.

`compile PATH --proxy PROXY -o json` is what every version has and keeps.
"""

import dataclasses
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import orjson

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyError
from libs.compile.sharing import Shared
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.vantages import vantages
from libs.compile.world import World
from libs.envoy.json import snapshot_json
from libs.kernel.ids import ClusterName
from libs.routediff.fleet import Pair
from libs.routediff.preview import Preview, compared
from libs.routediff.versions import Printed, PrintedSight, PrintError
from tools.cli.compiling import cluster_world, desired_of
from tools.cli.errors import UnusableError
from tools.cli.meshoption import Mesh

VIEWS_MAX: Final = 200
"""So many kinds of proxies of one cluster are asked for; each is one run of the other version."""

_RUN_S_MAX: Final = 300.0
_AT_ONCE: Final = 2
_SAID_MAX: Final = 300


@dataclasses.dataclass(frozen=True, slots=True)
class OtherVersion:
    """The `periplus` of another version, and the options that go with the paths."""

    program: Path
    options: Sequence[str] = ()

    def printed(self, path: str, proxy: Proxy) -> bytes:
        """Return what it prints of a proxy's view. Raises PrintError with its own sentence."""
        asked = [str(self.program), "compile", path, "--proxy", proxy_json(proxy), *self.options]
        try:
            done = subprocess.run(
                [*asked, "-o", "json"], capture_output=True, timeout=_RUN_S_MAX, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise PrintError(f"the other version did not end in {_RUN_S_MAX:g} s") from error
        except OSError as error:
            raise UnusableError(f"--against {self.program}: {error.strerror}") from error
        if done.returncode != 0:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise PrintError(f"the other version: {said[-_SAID_MAX:] or done.returncode}")
        return done.stdout


def between_versions(path: str, other: OtherVersion, mesh: Mesh, only: str) -> Preview:
    """Compare what another version makes of a configuration with what this one makes.

    Raises UnusableError for what cannot be read, and for a program that cannot be run.
    """
    view, contents, facts = desired_of([path], mesh)
    names = [ClusterName(only)] if only else list(view.clusters)
    if only and only not in view.clusters:
        known = ", ".join(view.clusters) or "none"
        raise UnusableError(f"--cluster {only}: the fleet has {known}")
    pairs: dict[ClusterName, Pair] = {}
    for name in names:
        world, _ = cluster_world(name, view, contents, facts)
        ours = _Ours(world)
        theirs = _asked(path, other, ours)
        pairs[name] = Pair(PrintedSight(world, theirs), PrintedSight(world, ours), name)
    return compared(pairs)


@dataclasses.dataclass(slots=True)
class _Ours:
    """What this version prints of the proxies of a world."""

    world: World
    _shared: Shared = dataclasses.field(default_factory=Shared)
    _known: dict[str, Printed] = dataclasses.field(default_factory=dict)

    def __call__(self, proxy: Proxy) -> Printed:
        """Return the view of a proxy. Raises PrintError."""
        key = repr(proxy)
        if key not in self._known:
            try:
                made = compile_snapshot(self.world, proxy, Memo(), self._shared)
            except (CompileError, ProxyError) as error:
                raise PrintError(f"this version: {error}") from error
            text = orjson.dumps(snapshot_json(made.snapshot), option=orjson.OPT_INDENT_2)
            self._known[key] = Printed(text + b"\n", made)
        return self._known[key]


def _asked(path: str, other: OtherVersion, ours: _Ours) -> Callable[[Proxy], Printed]:
    """Ask the other version for the views of every kind of proxy, some at a time."""
    proxies = [one.proxy for one in vantages(ours.world, inbound=True)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = {repr(one): pool.submit(other.printed, path, one) for one in proxies[:VIEWS_MAX]}

    def theirs(proxy: Proxy) -> Printed:
        found = asked.get(repr(proxy))
        if found is None:
            raise PrintError(f"only {VIEWS_MAX} kinds of proxies of a cluster are compared")
        return Printed(found.result(), ours(proxy).compiled)

    return theirs


def proxy_json(proxy: Proxy) -> str:
    """Return a proxy in the form of the command line, without what is as it is by default."""
    plain: dict[str, Any] = {"type": proxy.type.value, "namespace": proxy.namespace}
    for one in dataclasses.fields(proxy):
        value, default = getattr(proxy, one.name), one.default
        if default is dataclasses.MISSING and one.default_factory is not dataclasses.MISSING:
            default = one.default_factory()
        if one.name not in plain and value != default:
            plain[one.name] = dict(value) if isinstance(default, dict) else value
    return orjson.dumps(plain).decode()
