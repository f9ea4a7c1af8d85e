"""What trials stand on while they run: workloads that answer, and certificates."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.agree import callers
from tests.agree.bothprotocols import fronts
from tests.agree.servertls import MESH_NAME
from tests.agree.trial import ADDRESS, SUBSETS, WORKLOADS_ADDRESS, Ground
from tests.e2e import certificates
from tests.e2e.echo import echoes
from tools.child.ports import free_ports

_NAMES = ("shop.example", "client.example")
_OWN = 2


@contextmanager
def ground() -> Iterator[Ground]:
    """Let workloads answer, some of them over TLS or in HTTP/2, while the context lasts."""
    count = len(SUBSETS)
    numbers = free_ports(3 * count + _OWN)
    ports = [(WORKLOADS_ADDRESS, port) for port in numbers[_OWN:]]
    plain = dict(zip(ports, SUBSETS, strict=False))
    encrypted = {at: f"t{name}" for at, name in zip(ports[count:], SUBSETS, strict=False)}
    either = dict(zip(ports[2 * count :], SUBSETS, strict=True))
    own = {(ADDRESS, port): f"own{at}" for at, port in enumerate(numbers[:_OWN])}
    with tempfile.TemporaryDirectory(prefix="agree-") as folder:
        place = Path(folder)
        certificates.make(place, _NAMES)
        certificates.vouch(place, "mesh", f"URI:{MESH_NAME}")
        certificates.vouch(place, "rsa.example", "DNS:shop.example", certificates.RSA)
        certificates.vouch(place, "server", f"DNS:*.example,URI:{MESH_NAME}")
        certificates.revoke(place)
        callers.vouch(place)
        contexts = {at: certificates.server(place, "server") for at in encrypted}
        behind = {port: own for (_, port), (_, own) in zip(either, plain, strict=True)}
        with echoes({**plain, **encrypted, **own}, contexts), fronts(behind):
            yield Ground(plain, encrypted, either, own, folder)
