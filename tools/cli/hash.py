"""`periplus hash`: fingerprints of Envoy resources in files, equal when Envoy sees no change."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from cyclopts import Parameter

from libs.confighash.jsonform import from_json
from libs.confighash.schema import knows
from libs.confighash.tree import SEMANTIC, Hasher
from libs.confighash.wire import MalformedError, fields
from tools.cli.errors import UnusableError
from tools.cli.output import Format, columns, write_json, write_lines

FILE_BYTES_MAX = 256 * 1024 * 1024
_NAME_FIELDS = ("name", "cluster_name", "clusterName")


def hash_files(
    *paths: Path,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Print a fingerprint for each Envoy resource: equal when Envoy would see no change.

    Parameters
    ----------
    paths
        Resources or config dumps: .json, .yaml, or binary (a serialised Any or DiscoveryResponse).
    output
        text or json.
    """
    if not paths:
        raise UnusableError("hash needs a PATH: a file with Envoy resources or a config dump.")
    rows = [row for path in paths for row in _rows(path)]
    if output is Format.JSON:
        write_json({"resources": rows})
    else:
        keys = ("fingerprint", "type", "name", "file")
        write_lines(*columns(keys, *(tuple(str(row[key]) for key in keys) for row in rows)))
    return 0


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UnusableError(f"{path}: is larger than {FILE_BYTES_MAX} bytes; split it.")
        content = path.read_bytes()
        found = list(_resources(path, content))
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror or error}; name a readable file.") from error
    except (MalformedError, ValueError, yaml.YAMLError) as error:
        raise UnusableError(f"{path}: {' '.join(str(error).split())}") from error
    if not found:
        raise UnusableError(f"{path}: holds no Envoy resource; each has `@type`.")
    for type_name, name, body in found:
        digest = Hasher(type_name, SEMANTIC).of_bytes(body)
        yield {"fingerprint": digest, "type": type_name, "name": name, "file": str(path)}


def _resources(path: Path, content: bytes) -> Iterator[tuple[str, str, bytes]]:
    if path.suffix in (".yaml", ".yml"):
        for document in yaml.load_all(content, Loader=yaml.CSafeLoader):
            yield from _in_json(document)
    elif path.suffix == ".json" or content.lstrip()[:1] in (b"{", b"["):
        yield from _in_json(json.loads(content))
    else:
        yield from _in_bytes(content)


def _in_json(value: Any) -> Iterator[tuple[str, str, bytes]]:
    """Find resources: a list of them, one of them, or the holders of a config dump."""
    if isinstance(value, list):
        for each in value:
            yield from _in_json(each)
    elif isinstance(value, Mapping):
        type_name = str(value.get("@type", "")).rpartition("/")[2]
        if knows(type_name) and not type_name.startswith("envoy.admin."):
            content = {key: item for key, item in value.items() if key != "@type"}
            name = next((str(content[key]) for key in _NAME_FIELDS if key in content), "")
            yield type_name, name, from_json(content, type_name)
            return
        for item in value.values():
            yield from _in_json(item)


def _in_bytes(content: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Find resources in a serialised Any, or in a DiscoveryResponse's list of them."""
    values: dict[int, list[bytes]] = {}
    for number, wire, _, begin, end in fields(content):
        if wire == 2:
            values.setdefault(number, []).append(content[begin:end])
    urls = values.get(1, [])
    if urls and b"/" in urls[0] and 4 not in values:
        type_name = urls[0].decode().rpartition("/")[2]
        body = values.get(2, [b""])[0]
        yield type_name, _name(body), body
    else:
        for resource in values.get(2, []):
            yield from _in_bytes(resource)


def _name(body: bytes) -> str:
    for number, wire, _, begin, end in fields(body):
        if number == 1 and wire == 2:
            return body[begin:end].decode("utf-8", "replace")
    return ""
