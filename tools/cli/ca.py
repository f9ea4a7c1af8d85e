"""`periplus ca ...`: a root that may stay offline, authorities of clusters below it, tokens."""

import base64
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from cyclopts import Parameter

from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.pki.certificates import Facts, facts, read_certificates
from libs.pki.errors import PkiError
from libs.pki.issuing import Life, Names, issue, new_intermediate, new_root
from libs.pki.jointokens import new_token, token_hash
from libs.pki.keys import key_pem, new_key
from libs.pki.renewal import LIFE_S_DEFAULT
from libs.pki.requests import new_request, read_request
from libs.pki.rotation import Phase, Rotation, following
from libs.pki.spiffe import SpiffeId, parse_spiffe_id
from libs.ports.jointokens import JoinToken
from tools.cli.cafolder import NEXT, CaFolder, write_private
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json, write_lines

DAY_S = 86_400.0
_CLOCK, _RNG = SystemClock(), SystemRng()


def init(
    *,
    folder: Path,
    organisation: str = "periplus",
    days: float = 3650,
    longest_life_s: float = LIFE_S_DEFAULT,
) -> int:
    """Make a root. Its key is written to the folder alone, which may be on a machine offline.

    Parameters
    ----------
    folder
        Folder for the root; it must not have one.
    organisation
        Whose root it is, as its name says.
    days
        How long the root lives.
    longest_life_s
        Longest life of a workload's certificate in seconds, as the authorities are set; steps of
        a rotation wait for it.
    """
    place = CaFolder(folder)
    if (folder / "root-key.pem").exists():
        raise UnusableError(f"{folder}: has a root already; `periplus ca rotate` replaces it")
    now_s = _CLOCK.now_s()
    place.put_root(new_root(new_key(), organisation, Life(now_s, days * DAY_S), _RNG))
    place.put_rotation(Rotation(Phase.STEADY, now_s, longest_life_s))
    return 0


def intermediate(*, folder: Path, cluster: str, days: float = 365) -> int:
    """Make the authority of a cluster, or a new one in its place.

    Parameters
    ----------
    folder
        Folder of the root.
    cluster
        Name of the cluster.
    days
        How long the authority lives; never longer than the root.
    """
    if not cluster or "/" in cluster or cluster.startswith("."):
        raise UnusableError(f"--cluster is `{cluster[:80]}`; write the name of a cluster")
    _sign_cluster(CaFolder(folder), cluster, days)
    return 0


def print_cacerts(*, folder: Path, cluster: str, namespace: str = "istio-system") -> int:
    """Print the Secret `cacerts` of a cluster. It has the authority's key: apply or seal it.

    Parameters
    ----------
    folder
        Folder of the root.
    cluster
        Name of the cluster.
    namespace
        Namespace of the Secret.
    """
    place = CaFolder(folder)
    place.cluster(cluster, _CLOCK.now_s())
    made = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "cacerts", "namespace": namespace},
        "type": "Opaque",
        "data": {
            name: base64.b64encode(value).decode() for name, value in place.values(cluster).items()
        },
    }
    sys.stdout.write(yaml.safe_dump(made, sort_keys=False, width=100_000))
    return 0


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Server:
    """For whom a certificate is."""

    identity: str = "spiffe://cluster.local/ns/istio-system/sa/periplus-xds"
    """SPIFFE id of the server"""
    dns: tuple[str, ...] = ("localhost",)
    """DNS name of the server; may be repeated"""
    address: tuple[str, ...] = ("127.0.0.1",)
    """IP address of the server; may be repeated"""


def issue_server(
    *, folder: Path, cluster: str, into: Path, server: Server = Server(), days: float = 30
) -> int:
    """Make a server's certificate: chain.pem, key.pem and roots.pem.

    Parameters
    ----------
    folder
        Folder of the root.
    cluster
        Cluster whose authority signs.
    into
        Folder for the three files.
    days
        How long the certificate lives.
    """
    now_s, key = _CLOCK.now_s(), new_key()
    authority = CaFolder(folder).cluster(cluster, now_s)
    try:
        who = parse_spiffe_id(server.identity)
        request = read_request(new_request(key, who))
        names = Names(who, server.dns, server.address)
        made = issue(authority, request, names, Life(now_s, days * DAY_S), _RNG)
    except PkiError as error:
        raise UnusableError(str(error)) from error
    write_private(into / "key.pem", key_pem(key))
    write_private(into / "roots.pem", made.roots_pem)
    write_private(into / "chain.pem", made.chain_pem)
    return 0


def inspect(
    *files: Path, output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT
) -> int:
    """Say what certificates are in files, or in the files of folders; keys are not looked at.

    Parameters
    ----------
    files
        Files in PEM, or folders.
    output
        text or json.
    """
    found = [(str(file), one) for file in _pem_files(files) for one in _facts(file)]
    if output is Format.JSON:
        write_json({"certificates": [_row(file, one) for file, one in found]})
    else:
        write_lines(*(line for file, one in found for line in _lines(file, one)))
    now_s = _CLOCK.now_s()
    return 1 if any(one.valid_until_s <= now_s for _, one in found) else 0


def rotate(
    *,
    folder: Path,
    days: float = 365,
    root_days: float = 3650,
    hurry: Annotated[bool, Parameter(negative="")] = False,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Take the next step of replacing the root, if no proxy would notice; else say how long it is.

    There are three: trust both roots, sign with the new one, forget the old one. After each, bring
    the authorities of all clusters to where they are used.

    Parameters
    ----------
    folder
        Folder of the root.
    days
        How long the authorities of clusters live that are made anew.
    root_days
        How long the new root lives.
    hurry
        Do not wait, and break connections of proxies that have not renewed.
    output
        text or json.
    """
    place = CaFolder(folder)
    try:
        after = following(place.rotation(), _CLOCK.now_s(), hurry=hurry)
    except WaitingError as error:
        _said(output, place.rotation(), error.reason, error.retry_after_s)
        return 1
    if after.phase is Phase.TRUSTING:
        organisation = facts(place.root().certificate).subject.rpartition("O=")[2]
        life = Life(_CLOCK.now_s(), root_days * DAY_S)
        place.put_root(new_root(new_key(), organisation, life, _RNG), NEXT)
    if after.phase is Phase.STEADY:
        place.put_root(place.root(NEXT))
    place.put_rotation(after)
    for cluster in place.clusters():
        _sign_cluster(place, cluster, days)
    if after.phase is Phase.STEADY:
        place.drop_next()
    _said(output, after, _ADVICE[after.phase], after.settled_at_s - _CLOCK.now_s())
    return 0


_ADVICE = {
    Phase.TRUSTING: "both roots are trusted; bring the clusters' authorities to their places",
    Phase.SIGNING: "the new root signs; bring the clusters' authorities to their places",
    Phase.STEADY: "only the new root is trusted; bring the clusters' authorities to their places",
}


def join_token(
    *,
    store: str,
    cluster: str,
    namespace: str,
    service_account: str,
    minutes: float = 60,
) -> int:
    """Print a token by which one host joins once, as one service account.

    Parameters
    ----------
    store
        SQLAlchemy URL of the Store that the authority uses.
    cluster
        Cluster that the host joins.
    namespace
        Namespace of its workload.
    service_account
        Service account of its workload.
    minutes
        How long the token is good for.
    """
    from libs.adapters.sql.store import open_store

    token, now_s = new_token(_RNG), _CLOCK.now_s()
    try:
        SpiffeId("cluster.local", namespace, service_account)
        kept = JoinToken(
            token_hash(token),
            ClusterName(cluster),
            namespace,
            service_account,
            now_s + minutes * 60,
        )
        opened = open_store(store)
        opened.add_join_token(kept, now_s)
        opened.close()
    except (PkiError, StalledError, TransientError) as error:
        raise UnusableError(str(error)) from error
    write_lines(token)
    return 0


def _sign_cluster(place: CaFolder, cluster: str, days: float) -> None:
    root = place.signing()
    life = Life(_CLOCK.now_s(), days * DAY_S)
    try:
        place.put_cluster(cluster, new_intermediate(root, new_key(), cluster, life, _RNG))
    except PkiError as error:
        raise UnusableError(f"{place.path}: {error}") from error


def _said(output: Format, rotation: Rotation, text: str, left_s: float) -> None:
    next_in_s = 0.0 if rotation.phase is Phase.STEADY else round(max(0.0, left_s), 1)
    if output is Format.JSON:
        write_json({"phase": rotation.phase.value, "text": text, "next_in_s": next_in_s})
    else:
        write_lines(f"{rotation.phase.value}: {text}")


def _pem_files(given: tuple[Path, ...]) -> list[Path]:
    if not given:
        raise UnusableError("no file was named; name files in PEM, or folders")
    found: list[Path] = []
    for one in given:
        inside = sorted(one.rglob("*.pem")) if one.is_dir() else [one]
        found += [file for file in inside if not file.name.endswith("key.pem")]
    return found


def _facts(file: Path) -> list[Facts]:
    try:
        return [facts(one) for one in read_certificates(file.read_bytes(), str(file))]
    except OSError as error:
        raise UnusableError(f"{file}: {error.strerror}") from error
    except PkiError as error:
        raise UnusableError(str(error)) from error


def _row(file: str, one: Facts) -> dict[str, object]:
    return {
        "file": file,
        "subject": one.subject,
        "issuer": one.issuer,
        "serial": one.serial,
        "fingerprint": one.fingerprint,
        "names": list(one.names),
        "authority": one.authority,
        "valid_from_s": one.valid_from_s,
        "valid_until_s": one.valid_until_s,
    }


def _lines(file: str, one: Facts) -> list[str]:
    left_days = (one.valid_until_s - _CLOCK.now_s()) / DAY_S
    kind = "authority" if one.authority else "workload"
    state = f"{left_days:.1f} days left" if left_days > 0 else "EXPIRED"
    return [
        f"{file}: {kind} {one.subject or ', '.join(one.names)}",
        f"  by {one.issuer}, {state}, sha256 {one.fingerprint}",
    ]
