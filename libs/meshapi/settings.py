"""Settings of a mesh in a file of their own: Istio's MeshConfig and MeshNetworks."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

import yaml
from pydantic import ValidationError
from yaml.nodes import Node

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.meshapi import codes
from libs.meshapi.base import Model
from libs.meshapi.effects import settings_without_effect
from libs.meshapi.limits import DEFAULT_LIMITS, Limits
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.networks import MeshNetworks
from libs.meshapi.positions import NodeTree
from libs.meshapi.problems import Problem
from libs.meshapi.rules import meshconfig
from libs.meshapi.schemaerrors import problems_of
from libs.meshapi.syntaxerrors import explain
from libs.meshapi.values import TooMuchError, ValueBuilder
from libs.meshapi.yamlnodes import Piece, deeper_than, pieces_of

_LISTED_MAX = 5
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Settings(Generic[M]):
    """What a file of settings gives. `value` is None when there is an error."""

    value: M | None
    messages: tuple[Message, ...]


def read_mesh_config(path: str, data: bytes) -> Settings[MeshConfig]:
    """Read a MeshConfig; an empty file means the defaults. Never raises for content."""
    reader = _Reader(path)
    config = reader.read(data, MeshConfig)
    if config is not None:
        reader.judge(meshconfig.check(config))
        reader.judge(_without_effect(config))
    return reader.result(config)


def read_mesh_networks(
    path: str, data: bytes, clusters: Collection[str] = ()
) -> Settings[MeshNetworks]:
    """Read MeshNetworks; an empty file means no networks. Never raises for content.

    Registries have to be among `clusters`, where any are given.
    """
    reader = _Reader(path)
    networks = reader.read(data, MeshNetworks)
    if networks is not None:
        reader.judge(meshconfig.check_networks(networks))
        if clusters:
            reader.judge(_unknown_registries(networks, clusters))
        if networks.networks:
            text = "MeshNetworks are read and have no effect yet"
            code, level = codes.KIND_WITHOUT_EFFECT, Level.WARNING
            reader.judge(iter([Problem(("networks",), text, True, code, level)]))
    return reader.result(networks)


def _unknown_registries(networks: MeshNetworks, clusters: Collection[str]) -> Iterator[Problem]:
    for name, network in networks.networks.items():
        for index, one in enumerate(network.endpoints):
            if one.from_registry is not None and one.from_registry not in clusters:
                path = ("networks", name, "endpoints", index, "fromRegistry")
                known = ", ".join(f"`{cluster}`" for cluster in sorted(clusters)[:_LISTED_MAX])
                text = f"no cluster is called `{one.from_registry}`; write one of {known}"
                yield Problem(path, text, code=codes.UNKNOWN_REGISTRY)


def _without_effect(config: MeshConfig) -> Iterator[Problem]:
    for one in settings_without_effect(config):
        yield Problem(one.path, one.text, True, codes.FIELD_WITHOUT_EFFECT, Level.WARNING)


@dataclass(slots=True)
class _Reader:
    """The reading of one file of settings."""

    path: str
    limits: Limits = DEFAULT_LIMITS
    tree: NodeTree | None = None
    messages: list[Message] = field(default_factory=list)

    def read(self, data: bytes, model: type[M]) -> M | None:
        """Return the settings as far as types go; None after an error."""
        piece = self._only_piece(data)
        raw = self._value(piece) if piece is not None else {}
        if self.messages:
            return None
        try:
            return model.model_validate({} if raw is None else raw, by_alias=True, by_name=False)
        except ValidationError as error:
            if self.tree is not None:
                self.judge(problems_of(error, model, self.tree, ()))
            return None

    def judge(self, problems: Iterator[Problem]) -> None:
        """Say what is wrong, where it stands."""
        for one in islice(problems, self.limits.messages_max):
            origin = Origin(self.path)
            if self.tree is not None:
                origin = (self.tree.key_at if one.at_key else self.tree.at)(one.path)
            self._say(origin, one.code, one.text, one.level)

    def result(self, value: M | None) -> Settings[M]:
        """Return the settings, unless something is an error."""
        self.messages.sort(key=lambda one: (one.origin.line, one.origin.column))
        refused = any(one.level is Level.ERROR for one in self.messages)
        return Settings(None if refused else value, tuple(self.messages))

    def _only_piece(self, data: bytes) -> Piece | None:
        if len(data) > self.limits.file_bytes_max:
            text = f"the file has {len(data)} bytes; at most {self.limits.file_bytes_max} are read"
            self._say(Origin(self.path), codes.LIMIT, f"{text}; make it smaller")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            origin = Origin(self.path, data[: error.start].count(b"\n") + 1, 1)
            self._say(origin, codes.ENCODING, "this line is no UTF-8; save the file in UTF-8")
            return None
        pieces = list(islice(pieces_of(self.path, text), 2))
        if len(pieces) > 1:
            origin = Origin(self.path, pieces[1].first_line + 1, 1)
            self._say(origin, codes.NO_OBJECT, "settings are one document; remove this one")
        return pieces[0] if pieces else None

    def _value(self, piece: Piece) -> Any:
        try:
            deep = deeper_than(piece, self.limits.depth_max)
            if deep is None:
                return next((self._build(piece, root) for root in piece.documents()), None)
            text = f"this is nested deeper than {self.limits.depth_max} levels; flatten it"
            self._say(deep, codes.LIMIT, text)
        except yaml.YAMLError as error:
            origin, text = explain(error, piece)
            self._say(origin, codes.SYNTAX, text)
        except TooMuchError as error:
            self._say(error.fault.origin, error.fault.code, error.fault.text)
        return None

    def _build(self, piece: Piece, root: Node) -> Any:
        builder = ValueBuilder(piece, self.limits, self.limits.nodes_max)
        self.tree = NodeTree(piece, root)
        raw = builder.build(root)
        for fault in builder.faults:
            self._say(fault.origin, fault.code, fault.text)
        return raw

    def _say(self, origin: Origin, code: str, text: str, level: Level = Level.ERROR) -> None:
        self.messages.append(Message(code, level, MessageClass.OBJECT, origin, text, None))
