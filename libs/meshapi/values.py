"""Plain values from YAML nodes, in one walk that sees everything that is wrong with the text.

The walk makes dictionaries, tuples and scalars, and finds duplicate keys, alias bombs and words
that mean something else than they look like.
"""

from dataclasses import dataclass, field
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from libs.kernel.origins import Origin
from libs.meshapi import codes
from libs.meshapi.limits import Limits
from libs.meshapi.quoting import quoted
from libs.meshapi.scalars import (
    DISGUISED,
    NUMBER_STARTS,
    WORD_STARTS,
    WORDS,
    Unreadable,
    is_plain_key,
    number_of,
    surprise_in,
)
from libs.meshapi.yamlnodes import Piece

_TAG = "tag:yaml.org,2002:"
_SCALAR_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_MERGE_KEY = "<<"
_KEYS_WITH_CARE = NUMBER_STARTS | {"<"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the text at one place."""

    code: str
    origin: Origin
    text: str


class TooMuchError(Exception):
    """A document goes beyond a limit, or a limit of the file was used up in it."""

    def __init__(self, fault: Fault) -> None:
        """Keep where and what."""
        super().__init__(fault.text)
        self.fault = fault


@dataclass(slots=True)
class ValueBuilder:
    """Builds the value of one document.

    `nodes_left` is what remains of the file's budget. `disguised` collects plain scalars that are
    read as something else than they look like, `nulls` counts values that are there and empty.
    """

    piece: Piece
    limits: Limits
    nodes_left: int
    faults: list[Fault] = field(default_factory=list)
    disguised: list[ScalarNode] = field(default_factory=list)
    nulls: int = 0

    def build(self, node: Node, depth: int = 1) -> Any:
        """Return the value of a node. Raises `TooMuchError` beyond depth or budget."""
        if type(node) is ScalarNode:
            return self._scalar(node)
        self._count(node, depth)
        if type(node) is SequenceNode:
            self._expect_tag(node, "seq")
            build, depth = self.build, depth + 1
            return tuple([build(item, depth) for item in node.value])
        if isinstance(node, MappingNode):
            self._expect_tag(node, "map")
            return self._mapping(node, depth + 1)
        raise TypeError(type(node))

    def _count(self, node: Node, depth: int) -> None:
        if depth > self.limits.depth_max:
            text = (
                f"this is nested deeper than {self.limits.depth_max} levels, or contains itself; "
                "flatten it"
            )
            raise TooMuchError(Fault(codes.LIMIT, self.piece.origin(node.start_mark), text))
        self.nodes_left -= len(node.value)
        if self.nodes_left < 0:
            text = (
                f"the file holds more than {self.limits.nodes_max} values when its aliases are "
                "written out, and is not read from here on; use fewer aliases or smaller files"
            )
            raise TooMuchError(Fault(codes.LIMIT, self.piece.origin(node.start_mark), text))

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[tuple[Node, Node, frozenset[str]]] = []
        for key_node, value_node in node.value:
            if (
                type(key_node) is ScalarNode
                and not key_node.tag
                and (
                    key_node.style
                    or (key_node.value not in WORDS and key_node.value[:1] not in _KEYS_WITH_CARE)
                )
            ):
                key = key_node.value
            elif is_merge(key_node):
                merged.append((key_node, value_node, frozenset(result)))
                continue
            else:
                key = self._key(key_node)
            if key in result:
                self._duplicate(node, key_node, key)
            if type(value_node) is ScalarNode:
                result[key] = self._scalar(value_node)
            else:
                result[key] = self.build(value_node, depth)
        seen: frozenset[str] = frozenset()
        for key_node, value_node, before in merged:
            values = self._merge(value_node, depth)
            self._order_counts(key_node, (seen | before) & values.keys())
            seen |= values.keys()
            result = values | result
        return result

    def _order_counts(self, key_node: Node, replaced: frozenset[str]) -> None:
        """Refuse what Kubernetes reads otherwise than others: there a later `<<` wins."""
        if replaced:
            name = quoted(min(replaced))
            text = f"`<<` stands after {name}, which some readers take from it then; write it first"
            self._fault(key_node, text)

    def _merge(self, node: Node, depth: int) -> dict[str, Any]:
        """Return the values of `<<`: a mapping's, or those of mappings of which the first wins."""
        value = self.build(node, depth)
        result: dict[str, Any] = {}
        for part in value if isinstance(value, tuple) else (value,):
            if not isinstance(part, dict):
                self._fault(node, "`<<` needs an alias to a mapping, such as `<<: *defaults`")
                return {}
            result = part | result
        return result

    def _key(self, node: Node) -> str:
        if type(node) is not ScalarNode:
            self._fault(node, "a mapping or a sequence cannot be a key; write a text")
            return ""
        value = self._scalar(node)
        if value is None:
            self._fault(node, "a key is missing before the colon; write its name")
        if isinstance(value, bool):
            return "true" if value else "false"
        if not (isinstance(value, str) or is_plain_key(node.value, value)):
            self._fault(node, "readers spell this number differently as a key; put it in quotes")
        return str(value)

    def _scalar(self, node: ScalarNode) -> Any:
        text: str = node.value
        if node.tag:
            return self._tagged(node)
        if node.style:
            return text
        first = text[:1]
        if first in WORD_STARTS or not first:
            return self._word(node, text)
        if first in NUMBER_STARTS:
            return self._number(node, text)
        return text

    def _word(self, node: ScalarNode, text: str) -> Any:
        value = WORDS.get(text, text)
        if value is None:
            self.nulls += 1
        elif text in DISGUISED:
            self.disguised.append(node)
        return value

    def _number(self, node: ScalarNode, text: str) -> Any:
        value = number_of(text)
        if isinstance(value, Unreadable):
            self._fault(node, f"this number {value.value}; put it in quotes if it is a text")
            return text
        if value is not text and surprise_in(text):
            self.disguised.append(node)
        return value

    def _tagged(self, node: ScalarNode) -> Any:
        name = node.tag.removeprefix(_TAG)
        if name == "str":
            return node.value
        types = _SCALAR_TYPES.get(name)
        if types is None:
            self._refuse_tag(node)
            return node.value
        value = self._scalar(ScalarNode("", node.value, node.start_mark, node.end_mark))
        if type(value) not in types:
            self._fault(node, f"this value is no `!!{name}`; remove the tag")
        return value

    def _expect_tag(self, node: Node, name: str) -> None:
        if node.tag and node.tag != _TAG + name:
            self._refuse_tag(node)

    def _refuse_tag(self, node: Node) -> None:
        self._fault(node, "a YAML tag has no meaning here; remove the word that starts with `!`")

    def _duplicate(self, node: MappingNode, again: Node, key: str) -> None:
        if len(self.faults) >= self.limits.messages_max:
            return
        first = next(one for one, _ in node.value if one.value == again.value)
        text = (
            f"key {quoted(key)} is written twice, first in line "
            f"{self.piece.origin(first.start_mark).line}; remove one of them"
        )
        self.faults.append(Fault(codes.DUPLICATE_KEY, self.piece.origin(again.start_mark), text))

    def _fault(self, node: Node, text: str) -> None:
        self.faults.append(Fault(codes.SYNTAX, self.piece.origin(node.start_mark), text))


def is_merge(node: Node) -> bool:
    """Say whether a key node is the merge key `<<`, written plainly."""
    return type(node) is ScalarNode and node.value == _MERGE_KEY and not (node.style or node.tag)
