"""Fleets for tests of acceptance: texts in, states out, read the way the gitwatcher reads them."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.desired.directory import read_fleet
from libs.desired.layout import layout
from libs.desired.sets import SetFiles, set_entries, tree_hash
from libs.kernel.ids import BlobId, TreeHash
from libs.kernel.messages import Message
from libs.lint.doubt import State
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.ports.gitrepo import EntryKind, TreeEntry

Files = Mapping[str, str]


@dataclass(frozen=True)
class Held:
    """A set as it was read from files."""

    tree: TreeHash
    objects: tuple[ParsedObject, ...]
    messages: tuple[Message, ...]


def state(files: Files) -> State[Held]:
    """Return the state that files describe; their fleet has to be readable."""
    entries = [TreeEntry(path, EntryKind.FILE, BlobId(text)) for path, text in files.items()]
    found = layout(sorted(entries))
    parsed = {path: parse_file(path, text.encode()) for path, text in files.items()}
    reading = read_fleet(found, parsed)
    assert reading.view is not None, reading.messages

    def held(one: SetFiles) -> Held:
        read = [parsed[entry.path] for entry in one.entries]
        return Held(
            tree_hash(one.entries, "test"),
            tuple(each for file in read for each in file.objects),
            (*one.messages, *(each for file in read for each in file.messages)),
        )

    sets = set_entries(reading.view, entries)
    return State(reading.view, {name: held(one) for name, one in sets.items()})


def fleet(*sets: str, accept: str = "set") -> str:
    """Return a fleet.yaml whose sets have the paths `configs/<set>` and go everywhere."""
    listed = "".join(f"  - {{name: {name}, paths: [configs/{name}]}}\n" for name in sets)
    return (
        "apiVersion: periplus.io/v1alpha1\nkind: Fleet\nmetadata: {name: example}\n"
        f"spec:\n  accept: {accept}\n  sets:\n{listed}"
    )


def cluster(name: str = "east") -> Files:
    """Return the file of a static cluster."""
    text = f"apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {{name: {name}}}\n"
    return {f"clusters/{name}/cluster.yaml": text}


def service(name: str) -> str:
    """Return a Service in namespace default."""
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec:\n  selector: {{app: {name}}}\n  ports:\n  - {{name: http, port: 9080}}\n---\n"
    )


def subsets(host: str, *names: str) -> str:
    """Return a DestinationRule with a subset for each of the versions."""
    listed = "".join(f"  - {{name: {name}, labels: {{version: {name}}}}}\n" for name in names)
    return (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
        f"metadata: {{name: {host}}}\nspec:\n  host: {host}\n  subsets:\n{listed}---\n"
    )


def route(host: str, subset: str = "", name: str = "") -> str:
    """Return a VirtualService that sends everything to one subset of its host."""
    target = f"host: {host}, subset: {subset}" if subset else f"host: {host}"
    return (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        f"metadata: {{name: {name or host}}}\nspec:\n  hosts: [{host}]\n  http:\n"
        f"  - route:\n    - destination: {{{target}}}\n---\n"
    )
