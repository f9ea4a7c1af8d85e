"""Old objects as the objects of today that they mean, with notes on what does not carry over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey
from libs.meshapi.dialects import codes, destinations, policies
from libs.meshapi.dialects.destinationpolicy import DestinationPolicy
from libs.meshapi.dialects.egressrule import EgressRule
from libs.meshapi.dialects.externals import service_entry
from libs.meshapi.dialects.ingress import Ingress
from libs.meshapi.dialects.ingresses import converted_ingresses
from libs.meshapi.dialects.limits import Limits
from libs.meshapi.dialects.oldest import OldestRouteRule, route_rule
from libs.meshapi.dialects.quota import LIMIT_KINDS
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.dialects.routes import virtual_services
from libs.meshapi.dialects.run import Context, Old, Run, by_name
from libs.meshapi.dialects.subsets import Labels, labels_of, subset_names
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Problem
from libs.meshapi.rules.table import problems_in

_Kind = TypeVar("_Kind", bound=MeshObject)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The new objects by kind and name, and by place what people have to know about them.

    A note is a warning where something was not carried over, and an info where it means nearly the
    same. It is an error where an old object cannot be meant, such as one with an impossible name.
    """

    objects: tuple[ParsedObject, ...]
    notes: tuple[Message, ...]


def convert(objects: Sequence[ParsedObject], context: Context) -> Conversion:
    """Convert all old objects of one set together. Objects of other kinds are not looked at.

    The result does not depend on the order of the objects.
    """
    known, again = _distinct(objects)
    rules = by_name([*_of(known, RouteRule), *_oldest(known)])
    treated = by_name(_of(known, DestinationPolicy))
    origins = _origins(rules, treated, context)
    run = Run(context, subset_names((host, dict(labels)) for host, labels in origins))
    made = [
        *virtual_services(rules, run),
        *policies.destination_rules(treated, origins, run),
        *(service_entry(old, run) for old in by_name(_of(known, EgressRule))),
        *converted_ingresses(_of(known, Ingress), run),
        *Limits([Old(one.object, one) for one in known if one.model in LIMIT_KINDS], run).made(),
    ]
    faults = {one.key: tuple(_faults(one)) for one in made}
    notes = {*again, *run.notes, *(note for found in faults.values() for note in found)}
    return Conversion(
        tuple(sorted((one for one in made if not faults[one.key]), key=lambda one: one.key)),
        tuple(sorted(notes, key=lambda one: (one.origin, one.code, one.text))),
    )


def note(one: ParsedObject, problem: Problem) -> Message:
    """Place what is wrong with a converted object where its old one stands."""
    find = one.positions.key_at if problem.at_key else one.positions.at
    place = find(problem.path)
    return Message(problem.code, problem.level, MessageClass.OBJECT, place, problem.text, one.key)


def _distinct(objects: Sequence[ParsedObject]) -> tuple[list[ParsedObject], list[Message]]:
    """Keep the first of objects with one identity, by place, and refuse the others."""
    first: dict[ObjectKey, ParsedObject] = {}
    again: list[Message] = []
    for one in sorted(objects, key=lambda each: each.origin):
        former = first.setdefault(one.key, one)
        if former is not one:
            text = f"there are two objects of this kind and name (see {former.origin}); remove one"
            again.append(_duplicate(one, text))
    return list(first.values()), again


def _duplicate(one: ParsedObject, text: str) -> Message:
    level, about = Level.ERROR, MessageClass.CONFLICT
    return Message(codes.DUPLICATE, level, about, one.origin, text, one.key)


def _faults(one: ParsedObject) -> Iterator[Message]:
    for problem in problems_in(one.object):
        if problem.level is Level.ERROR:
            yield note(one, problem)


def _origins(
    rules: Sequence[Old[RouteRule]], treated: Sequence[Old[DestinationPolicy]], context: Context
) -> policies.Origins:
    """Return the first object that needs each subset."""
    found: dict[tuple[str, Labels], Old[MeshObject]] = {}
    for rule in rules:
        for host, labels in destinations.labelled(rule, context.domain):
            found.setdefault((host, labels_of(labels)), rule)
    for policy in treated:
        host, labels = policies.labelled(policy, context.domain)
        found.setdefault((host, labels_of(labels)), policy)
    return found


def _oldest(objects: Sequence[ParsedObject]) -> Iterator[Old[RouteRule]]:
    for one in objects:
        if isinstance(one.object, OldestRouteRule):
            yield Old(route_rule(one.object), one)


def _of(objects: Sequence[ParsedObject], kind: type[_Kind]) -> Sequence[Old[_Kind]]:
    return [Old(one.object, one) for one in objects if isinstance(one.object, kind)]
