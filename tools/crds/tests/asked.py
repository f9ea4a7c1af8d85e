"""Asks a real API server, over the generated definitions, about every object of the case files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libs.kernel.messages import Level
from libs.meshapi import kinds
from libs.meshapi.problems import Problem
from libs.meshapi.reading import Document, read_object
from libs.meshapi.tests.casefields import documents
from tools.crds.definition import defined_kinds, names_of
from tools.kubeapi.server import Answer, ApiServer

COMMON_WORDS_MIN = 4
_INDEX = re.compile(r"\[\d+\]")
_NOT = re.compile(r'"([^"]+)" must not validate the schema \(not\)')
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One object of a case file: what we say is wrong with it, and what the server answers."""

    case: str
    name: str
    errors: tuple[Problem, ...]
    answer: Answer

    @property
    def taken(self) -> bool:
        """Whether the server would keep it."""
        return self.answer.status in (200, 201)

    def says(self, error: Problem) -> bool:
        """Whether the server refuses the object for this error: at its place or around it."""
        if self.taken:
            return False
        if not isinstance(self.answer.body, dict):
            return True  # no page for a version that is not served
        causes = self.answer.body.get("details", {}).get("causes", ())
        return not causes or any(_is_about(error, cause) for cause in causes)


def _is_about(error: Problem, cause: Any) -> bool:
    """Whether a cause stands where the error does, or not far above it with like words."""
    wanted, field = [str(part) for part in error.path], cause.get("field", "")
    excluded = _NOT.search(cause["message"])
    if excluded is not None:  # it names no item of a list
        names = [part for part in wanted if not part.isdecimal()]
        return _PART.findall(_INDEX.sub("", excluded[1])) in (names[:-1], names[:-2])
    place = _PART.findall(field)
    if place[: len(wanted)] == wanted:
        return True
    if place != wanted[: len(place)] or len(place) < len(wanted) - 3:
        return False
    common = set(_WORD.findall(error.text)) & set(_WORD.findall(cause["message"]))
    return len(common) >= COMMON_WORDS_MIN


def ask(server: ApiServer, cases: Sequence[Path]) -> Iterator[Asked]:
    """Offer every object of a defined kind to the server, which keeps none."""
    defined = set(defined_kinds())
    for case in cases:
        for raw, tree in documents([case]):
            items = raw.get("items", ()) if isinstance(raw, dict) and "spec" not in raw else ()
            for one in items or (raw,):
                model = kinds.BY_KIND.get(_kind(one))
                if model in defined and isinstance(one.get("metadata"), dict):
                    reading = read_object(one, (), Document(tree, True, 200))
                    errors = tuple(p for p in reading.problems if p.level is Level.ERROR)
                    yield Asked(case.stem, str(reading.key), errors, _offer(server, one))


def _offer(server: ApiServer, raw: Any) -> Answer:
    """Create it for trial in `default`: other namespaces are not there."""
    obj = _thawed(raw)
    model = kinds.BY_KIND[_kind(raw)]
    folder = f"/apis/{obj['apiVersion']}"
    if model.NAMESPACED:
        obj["metadata"]["namespace"] = "default"
        folder += "/namespaces/default"
    path = f"{folder}/{names_of(model.__name__, model.GROUP)['plural']}"
    return server.call("POST", f"{path}?dryRun=All&fieldValidation=Strict", obj)


def _kind(raw: Any) -> tuple[str, str]:
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
        return "", ""
    return str(raw.get("apiVersion")).rpartition("/")[0], raw["kind"]


def _thawed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _thawed(one) for key, one in value.items()}
    return [_thawed(one) for one in value] if isinstance(value, tuple) else value
