"""A call as a command that a person can copy into a shell."""

import shlex

from libs.routing.call import Call, Protocol, Tls

_USUAL_PORTS = {"http": 80, "https": 443}


def curl(call: Call) -> str:
    """Return the `curl` that makes a call; connections without requests are tried with `nc`."""
    if call.protocol is Protocol.TCP:
        return shlex.join(["nc", call.address or call.host, str(call.port)])
    scheme = "http" if call.tls is Tls.PLAINTEXT else "https"
    words = ["curl"]
    if call.method != "GET":
        words += ["-X", call.method]
    for name, value in call.headers.items():
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    host = call.sni or call.host
    name, _, port = host.rpartition(":")
    name = name if name and port.isdigit() else host
    if call.host not in (name, f"{name}:{call.port}"):
        words += ["-H", f"host: {call.host}"]
    stated = "" if _USUAL_PORTS[scheme] == call.port else f":{call.port}"
    return shlex.join([*words, f"{scheme}://{name}{stated}{call.path}"])
