"""Objects as YAML that people read, and that every reader takes for the same."""

from collections.abc import Callable, Iterable
from typing import Any

import yaml
from yaml.nodes import ScalarNode

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.rollout import GROUP
from libs.meshapi.scalars import NUMBER_STARTS, WORDS, number_of
from libs.meshapi.variables import escaped

_WIDTH = 100


def plain(obj: MeshObject) -> dict[str, Any]:
    """Return an object as users write it: identity first, nothing that equals its default."""
    return _with_head(obj, obj.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def _with_head(obj: MeshObject, fields: dict[str, Any]) -> dict[str, Any]:
    content = fields.pop("content", {}) if isinstance(obj, OpaqueObject) else {}
    head = {
        "apiVersion": obj.api_version,
        "kind": obj.kind,
        "metadata": fields.pop("metadata", {}),
    }
    return head | {key: value for key, value in fields.items() if key not in head} | content


def written(obj: MeshObject) -> dict[str, Any]:
    """Return an object with every field that was written, also one that equals its default."""
    return _with_head(obj, obj.model_dump(mode="json", by_alias=True, exclude_unset=True))


def to_yaml(
    objects: Iterable[MeshObject], fields: Callable[[MeshObject], dict[str, Any]] = plain
) -> str:
    """Return one document for each object. Fields stand in the order of the kind's model.

    A text that looks like a use of a variable is escaped, so that reading gives the text again.
    """
    return yaml.dump_all(
        (_escaped(fields(one)) if one.group != GROUP else fields(one) for one in objects),
        Dumper=_Dumper,
        sort_keys=False,
        width=_WIDTH,
        allow_unicode=True,
        default_flow_style=False,
    )


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, dict):
        return {key: _escaped(one) for key, one in value.items()}
    return [_escaped(one) for one in value] if isinstance(value, list | tuple) else value


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, and quotes texts that some reader takes for something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML asks for each value
        """Write a value out wherever it is used."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> ScalarNode:
    with_escapes = not text.replace("\n", "").isprintable()
    quotes = '"' if with_escapes or _is_read_otherwise(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=quotes)


def _is_read_otherwise(text: str) -> bool:
    return text in WORDS or (text[:1] in NUMBER_STARTS and number_of(text) is not text)


_Dumper.add_representer(str, _text)
