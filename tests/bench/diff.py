"""`./dev bench diff`: time to say which calls a change of configuration sends elsewhere."""

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.world import World, build_world, changed_world
from libs.kernel.ids import ClusterName
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.routediff.difference import difference
from libs.routediff.fleet import ClusterDifference, Pair, fleet_difference
from libs.routediff.sights import Sight
from libs.routing.resources import Resources

LIMITS = {
    "one_rule_cold_s": 2.0,
    "one_rule_base_known_s": 0.2,
    "all_hosts_s": 20.0,
    "regex_rules_s": 20.0,
    "hostile_regex_s": 60.0,
    "many_routes_s": 60.0,
    "memory_mb": 500.0,
}
HOSTS, ROUTES_PER_HOST, REGEX_RULES = 200, 10, 500
MANY_ROUTES = 250_000
_CLUSTER = ClusterName("default")
_HOSTILE = "/(a|b)*a(a|b){40}"


def main(argv: Sequence[str]) -> int:
    """Measure each question in a process of its own. Status 0 when every limit is kept."""
    parser = argparse.ArgumentParser(prog="./dev bench diff")
    parser.add_argument("--only", choices=sorted(_QUESTIONS), help="print one figure, in JSON")
    options = parser.parse_args(argv)
    if options.only:
        sys.stdout.write(json.dumps(_QUESTIONS[options.only]() | {"memory_mb": _peak_mb()}) + "\n")
        return 0
    figures: dict[str, Any] = {}
    for name in _QUESTIONS:
        answer = _in_a_process(name)
        memory_mb = max(figures.get("memory_mb", 0.0), answer.pop("memory_mb"))
        figures |= answer | {f"{name}_memory_mb": memory_mb, "memory_mb": memory_mb}
    bars = [
        {"name": name, "value": figures[name], "limit": limit, "better": "lower",
         "ok": figures[name] <= limit}
        for name, limit in LIMITS.items()
    ]  # fmt: skip
    lines = [f"{name}: {value}" for name, value in figures.items()]
    lines += [f"{bar['name']}: {bar['value']}, at most {bar['limit']}" for bar in bars]
    report = {"bench": "diff", "figures": figures, "bars": bars}
    sys.stdout.write("\n".join([*lines, json.dumps(report)]) + "\n")
    return 0 if all(bar["ok"] for bar in bars) else 1


def _in_a_process(name: str) -> dict[str, Any]:
    code = "import sys; from tests.bench.diff import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--only", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _one_rule() -> dict[str, Any]:
    """Change one rule: everything anew, from the text of both sides, then with the base known."""
    old, new = fleet_text(), fleet_text(changed=lambda host, rule: (host, rule) == (7, 3))
    cold_s, found = _seconds(lambda: _compared(Sight(_world(old)), _world(new)))
    base = Sight(_world(old))
    _compared(base, base.world)
    objects = {one.key: one for one in _objects(new)}
    edit = [(one.object, one.origin) for one in objects.values() if one.key.name == "v7"]
    known_s, again = _seconds(lambda: _compared(base, changed_world(base.world, (), edit)))
    return {
        "one_rule_cold_s": cold_s,
        "one_rule_base_known_s": known_s,
        "one_rule_classes": _classes(found, 1),
        "one_rule_known_classes": _classes(again, 1),
    }


def _all_hosts() -> dict[str, Any]:
    """Change a rule of every host."""
    old, new = fleet_text(), fleet_text(changed=lambda _, rule: rule == 3)
    took_s, found = _seconds(lambda: _compared(Sight(_world(old)), _world(new)))
    return {"all_hosts_s": took_s, "all_hosts_classes": _classes(found, HOSTS)}


def _regex_rules() -> dict[str, Any]:
    """Change one of many patterns of one host."""
    pattern = "/api/v[0-9]+/users/[^/]+/x{}(/.*)?"
    old = _patterns([pattern.format(number) for number in range(REGEX_RULES)])
    new = _patterns([pattern.format(number) for number in range(1, REGEX_RULES)])
    took_s, found = _seconds(lambda: _compared(Sight(_world(old)), _world(new)))
    return {"regex_rules_s": took_s, "regex_rules_classes": _classes(found, 1)}


def _hostile_regex() -> dict[str, Any]:
    """Meet a pattern whose automaton has two to the fortieth states."""
    took_s, found = _seconds(
        lambda: _compared(Sight(_world(_patterns([_HOSTILE]))), _world(_patterns(["/b"])))
    )
    return {"hostile_regex_s": took_s, "hostile_regex_undecided": _gaps(found)}


def _many_routes() -> dict[str, Any]:
    """Meet half a million routes of one host, in two views, beside a host with one."""
    old, new = _huge("old"), _huge("new")
    took_s, found = _seconds(lambda: difference(old, new))
    undecided, classes = len(found.undecided), len(found.classes)
    if (undecided, classes) != (1, 2):
        raise SystemExit(f"bench diff: {undecided} undecided and {classes} classes of many routes")
    return {"many_routes_s": took_s, "many_routes_undecided": undecided}


_QUESTIONS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "one_rule": _one_rule,
    "all_hosts": _all_hosts,
    "regex_rules": _regex_rules,
    "hostile_regex": _hostile_regex,
    "many_routes": _many_routes,
}


def _compared(old: Sight, new: World) -> tuple[ClusterDifference, ...]:
    return fleet_difference({_CLUSTER: Pair(old, old.after(new), None, inbound=False)})


def _classes(found: Sequence[ClusterDifference], wanted: int) -> int:
    """Return the number of classes. A bench that measures a wrong answer measures nothing."""
    count = sum(len(one.classes) for one in found)
    if count != wanted or any(one.undecided for one in found):
        raise SystemExit(f"bench diff: {count} classes, not {wanted}")
    return count


def _gaps(found: Sequence[ClusterDifference]) -> int:
    count = sum(len(one.undecided) for one in found)
    if not count:
        raise SystemExit("bench diff: everything was decided")
    return count


def _seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    began = time.perf_counter()
    result = run()
    return round(time.perf_counter() - began, 3), result


def _objects(text: str) -> tuple[ParsedObject, ...]:
    return parse_file("mesh.yaml", text.encode()).objects


def _world(text: str) -> World:
    return build_world([(one.object, one.origin) for one in _objects(text)], _CLUSTER)


def fleet_text(changed: Callable[[int, int], bool] = lambda *_: False) -> str:
    """Write services with rules; a changed rule leads to the next service."""
    parts = []
    for host in range(HOSTS):
        rules = "".join(
            _rule(host, rule, (host + 1) % HOSTS if changed(host, rule) else host)
            for rule in range(ROUTES_PER_HOST)
        )
        parts += [_service(host), _virtual_service(f"v{host}", f"s{host}", rules)]
    return "---\n".join(parts)


def _service(number: int) -> str:
    return f"""apiVersion: v1
kind: Service
metadata: {{name: s{number}}}
spec: {{selector: {{app: s{number}}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: w{number}}}
spec: {{address: 10.1.{number // 250}.{number % 250 + 1}, labels: {{app: s{number}}}}}
"""


def _rule(host: int, rule: int, target: int) -> str:
    last = rule == ROUTES_PER_HOST - 1
    path = "/" if last else f"/api/v{rule}/s{host}"
    header = f", headers: {{x-team: {{exact: t{rule}}}}}" if rule % 3 == 1 else ""
    match = f"[{{uri: {{prefix: {path}}}{header}}}]"
    return f"  - {{match: {match}, route: [{{destination: {{host: s{target}}}}}]}}\n"


def _virtual_service(name: str, host: str, rules: str) -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}}}
spec:
  hosts: [{host}]
  http:
{rules}"""


def _patterns(patterns: Sequence[str]) -> str:
    """Write one host with a rule for each pattern, and a last one for everything."""
    rules = "".join(
        f"  - {{match: [{{uri: {{regex: '{one}'}}}}], directResponse: {{status: 418}}}}\n"
        for one in patterns
    )
    rest = "  - {route: [{destination: {host: s0}}]}\n"
    return _service(0) + "---\n" + _virtual_service("v0", "s0", rules + rest)


def _huge(changed: str) -> Resources:
    """Make a view with many routes of one host, and another host with a single one."""
    many = rc.VirtualHost(name="many", domains=["many.example"])
    for number in range(MANY_ROUTES):
        route = many.routes.add()
        route.match.prefix = f"/api/service{number}/{changed}"
        route.direct_response.status = 418
    few = rc.VirtualHost(name="few", domains=["few.example"])
    few.routes.add().match.prefix = f"/{changed}"
    few.routes[0].direct_response.status = 418
    manager = hcm_pb2.HttpConnectionManager()
    manager.rds.route_config_name = "routes"
    router = manager.http_filters.add(name="router")
    router.typed_config.Pack(router_pb2.Router())
    listener = listener_pb2.Listener(name="entry")
    place = listener.address.socket_address
    place.address, place.port_value = "127.0.0.1", 80
    listener.filter_chains.add().filters.add(name="http").typed_config.Pack(manager)
    config = route_pb2.RouteConfiguration(name="routes", virtual_hosts=[many, few])
    return Resources({"entry": listener}, {"routes": config})
