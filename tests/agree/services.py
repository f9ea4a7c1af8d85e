"""Random services: those of Kubernetes, and ServiceEntries of every resolution."""

from typing import Any

from tests.agree.dice import Dice
from tests.agree.trial import PLACES, SUBSETS, Ground, Workloads, written


def service(host: str, port: int) -> list[dict[str, Any]]:
    """Return a Service whose members are the workloads."""
    ports = [{"name": "http", "port": port, "targetPort": 80}]
    return [written("Service", host, {"selector": {"app": "echo"}, "ports": ports})]


def entry(dice: Dice, host: str, port: int, ground: Ground) -> list[dict[str, Any]]:
    """Draw a ServiceEntry for requests to a host."""
    stated: dict[str, Any] = {"number": port, "name": "http", "protocol": "HTTP"}
    spec: dict[str, Any] = {"hosts": [host], "ports": [stated]}
    if dice.chance(0.8):
        spec["location"] = dice.one(("MESH_EXTERNAL", "MESH_INTERNAL"))
    if dice.chance(0.3):
        spec["exportTo"] = dice.one((["*"], ["."], ["default"]))
    if dice.chance(0.3):
        spec["subjectAltNames"] = ["spiffe://cluster.local/ns/default/sa/default"]
    if dice.chance(0.3):
        spec["addresses"] = [f"127.9.9.{dice.number(1, 250)}"]
    resolution = dice.one(("STATIC", "STATIC", "STATIC", "DNS", "DNS_ROUND_ROBIN", "NONE"))
    spec["resolution"] = resolution
    if resolution == "STATIC" and dice.chance(0.5):
        spec["workloadSelector"] = {"labels": {"app": "echo"}}
    elif resolution == "STATIC":
        spec["endpoints"] = _endpoints(dice, stated, ground)
    elif resolution != "NONE":
        at = dice.one([place for _, place in ground.plain])
        spec["endpoints"] = [{"address": "localhost", "ports": {"http": at}}]
        if dice.chance(0.5):
            spec["endpoints"] = [{"address": "localhost"}]
            stated["targetPort"] = at
    return [written("ServiceEntry", host.partition(".")[0], spec)]


def entry_by_name(host: str, port: int, at: int) -> dict[str, Any]:
    """Return a ServiceEntry whose endpoint is a name with a port, which stand in its cluster."""
    endpoint = {"address": "localhost", "ports": {"http": at}, "labels": {"version": "v1"}}
    spec = {
        "hosts": [host],
        "ports": [{"number": port, "name": "http", "protocol": "HTTP"}],
        "resolution": "DNS",
        "endpoints": [endpoint],
    }
    return written("ServiceEntry", host.partition(".")[0], spec)


def alike(host: str, port: int, members: Workloads) -> list[dict[str, Any]]:
    """Return a ServiceEntry for requests whose workloads all speak what no others speak."""
    endpoints = [
        {
            "address": address,
            "ports": {"http": number},
            "labels": {"version": version},
            "serviceAccount": "default",
        }
        for (address, number), version in zip(members, SUBSETS, strict=True)
    ]
    spec = {
        "hosts": [host],
        "ports": [{"number": port, "name": "http", "protocol": "HTTP"}],
        "resolution": "STATIC",
        "endpoints": endpoints,
    }
    return [written("ServiceEntry", host.partition(".")[0], spec)]


def _endpoints(dice: Dice, stated: dict[str, Any], ground: Ground) -> list[dict[str, Any]]:
    """Draw endpoints; one alone may have its number from the port of the entry."""
    found: list[dict[str, Any]] = [
        {
            "address": address,
            "ports": {"http": port},
            "labels": {"version": version, "tier": tier},
            "locality": locality,
            "weight": weight,
            "serviceAccount": "default",
            "network": "",
        }
        for (address, port), version, (tier, locality, weight) in zip(
            ground.plain, SUBSETS, PLACES, strict=True
        )
    ]
    if dice.chance(0.3):
        one = dice.one(found)
        stated["targetPort"] = one.pop("ports")["http"]
        return [one]
    return found[: dice.number(1, 3)]
