"""Case files: a first YAML document that says what is asked, then the objects it is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from libs.compile.proxy import Proxy, proxy_from_json
from libs.compile.world import World, build_world
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.meshapi.dialects.inset import converted
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.parse import parse_file
from libs.meshapi.settings import read_mesh_config

_SEPARATOR = "\n---\n"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The question of a case, and its objects as a world."""

    question: Mapping[str, Any]
    world: World

    @property
    def proxy(self) -> Proxy:
        """The proxy of the question."""
        return proxy_from_json(orjson.dumps(self.question["proxy"]))


def read_case(path: Path, also: str = "", words: Mapping[str, str] | None = None) -> CaseFile:
    """Read a case file; `also` is the text of more objects, `words` what else stands for what.

    `mesh` of its question is the MeshConfig.
    """
    text = path.read_text(encoding="utf-8")
    for word, meaning in (words or {}).items():
        text = text.replace(word, meaning)
    head, _, objects = text.partition(_SEPARATOR)
    question = yaml.safe_load(head)
    proxy = question.get("proxy", {})
    mesh = read_mesh_config(path.name, yaml.safe_dump(question.get("mesh", {})).encode())
    if mesh.value is None:
        raise ValueError("\n".join(map(str, mesh.messages)))
    world = world_of(
        f"{objects}{_SEPARATOR}{also}", path.name, proxy.get("cluster", "default"), mesh.value
    )
    return CaseFile(question, world)


def world_of(
    text: str, name: str, cluster: str = "default", mesh: MeshConfig | None = None
) -> World:
    """Parse objects into a world. Raises ValueError with the errors when something is wrong."""
    objects, messages = converted([parse_file(name, text.encode())])
    wrong = errors(messages)
    if wrong:
        raise ValueError("\n".join(map(str, wrong)))
    placed = [(one.object, one.origin) for one in objects]
    return build_world(placed, ClusterName(cluster), mesh)
