"""From one state of a fleet to the next: what is found is what a look from scratch finds."""

from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.compile.world import build_world
from libs.desired.directory import read_fleet
from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.desired.layout import layout
from libs.desired.select import objects_for
from libs.desired.sets import set_entries
from libs.kernel.ids import BlobId, ClusterName, SetName
from libs.lint.check import CHECKS, linter
from libs.lint.clusterview import ClusterView, cluster_view
from libs.lint.engine import Lint
from libs.lint.index import every
from libs.lint.interface import across, each
from libs.lint.subject import Subject
from libs.lint.tests.edits import FLEETS, OBJECTS, TEXTS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.meshapi.service import Service
from libs.meshapi.virtualservice import VirtualService
from libs.ports.gitrepo import EntryKind, TreeEntry

Files = Mapping[str, str]
Read = tuple[FleetView, dict[SetName, tuple[ParsedObject, ...]]]
PLACES = tuple(f"configs/{name}/{file}.yaml" for name in ("all", "some", "few") for file in "ab")


@cache
def parsed(path: str, text: str) -> ParsedFile:
    """Parse a file once, as the services do: objects of an untouched file stay the same."""
    return parse_file(path, text.encode())


def read(files: Files) -> Read:
    """Read a repository of valid files."""
    entries = [TreeEntry(path, EntryKind.FILE, BlobId(path)) for path in sorted(files)]
    found = layout(entries)
    reading = read_fleet(found, {path: parsed(path, text) for path, text in files.items()})
    assert reading.view is not None, reading.messages
    sets = set_entries(reading.view, entries)
    return reading.view, {
        name: tuple(
            one for entry in each.entries for one in parsed(entry.path, files[entry.path]).objects
        )
        for name, each in sets.items()
    }


def printed(found: tuple[Finding, ...]) -> str:
    """Return findings to the last byte."""
    return "\n".join(f"{one.message!r} {one!r}" for one in found)


edits = st.lists(
    st.tuples(
        st.sampled_from(("fleet.yaml", *PLACES)),
        st.lists(st.sampled_from(TEXTS), max_size=6, unique=True),
        st.sampled_from(sorted(FLEETS)),
    ),
    min_size=2,
    max_size=12,
)


def states(changes: list[tuple[str, list[str], str]]) -> list[Files]:
    """Return the states of a repository after each of some edits."""
    files: dict[str, str] = dict(FLEETS["first"])
    found: list[Files] = []
    for path, texts, fleet in changes:
        files = {name: text for name, text in files.items() if name.startswith("configs/")}
        files |= FLEETS[fleet] if path == "fleet.yaml" else FLEETS["first"]
        if path != "fleet.yaml":
            files[path] = "".join(texts)
        found.append(dict(files))
    return found


def test_the_texts_of_the_edits_are_valid() -> None:
    """Each text is one object without an error, or the property below says less than it seems."""
    for text in OBJECTS:
        file = parsed("configs/all/a.yaml", text)
        assert len(file.objects) == 1, file.messages


@given(edits)
def test_a_look_after_an_edit_finds_what_a_look_from_scratch_finds(
    changes: list[tuple[str, list[str], str]],
) -> None:
    """To the last byte, after every edit of a file, a selector, a cluster or a setting."""
    kept = linter()
    for files in states(changes):
        assert printed(kept.findings(*read(files))) == printed(linter().findings(*read(files)))


@given(edits)
def test_checks_of_whole_clusters_are_repeated_when_they_have_to(
    changes: list[tuple[str, list[str], str]],
) -> None:
    """A check that asks for a kind is asked again after a change of that kind in its cluster."""
    asked: list[tuple[ClusterName, tuple[Subject[Service], ...]]] = []

    def look(view: ClusterView) -> tuple[()]:
        asked.append((view.name, tuple(view.of(Service))))
        return ()

    kept = Lint([look])
    known: dict[ClusterName, tuple[Subject[Service], ...]] = {}
    for files in states(changes):
        view, contents = read(files)
        asked.clear()
        kept.findings(view, contents)
        known.update(asked)
        for name in view.clusters:
            wanted = {id(one.item) for one in objects_for(name, view, contents)}
            services = [
                one
                for some in contents.values()
                for one in some
                if isinstance(one.object, Service) and id(one) in wanted
            ]
            assert {id(one.parsed) for one in known[name]} == {id(one) for one in services}


@given(st.lists(st.sampled_from(TEXTS), unique=True))
def test_a_service_by_its_host_is_the_registry_s(texts: list[str]) -> None:
    """Whatever the registry makes of all objects, the few that are asked for give as well."""
    view, contents = read({**FLEETS["first"], "configs/all/a.yaml": "".join(texts)})
    name = next(iter(view.clusters))
    looked = cluster_view(name, view, contents)
    placed = objects_for(name, view, contents)
    registry = build_world(
        ((one.item.object, one.item.origin) for one in placed), name, looked.settings
    ).registry
    assert looked.hosts() == registry.services.keys()
    for host, service in registry.services.items():
        assert looked.service(host) == service


def test_only_what_an_edit_concerns_is_looked_at_again() -> None:
    """Of two routes only the one whose service changed is judged anew; once for alike clusters."""
    looked: list[str] = []

    def look(view: ClusterView, one: Subject[VirtualService]) -> tuple[()]:
        looked.append(one.key.name)
        view.service(f"{one.key.name}.default.svc.cluster.local")
        return ()

    route = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {0}}}\n"
    route += "spec: {{hosts: [{0}], http: [{{directResponse: {{status: 200}}}}]}}\n---\n"
    service = "apiVersion: v1\nkind: Service\nmetadata: {{name: {0}}}\n"
    service += "spec: {{ports: [{{name: http, port: {1}}}]}}\n---\n"
    files = {
        **FLEETS["first"],
        "configs/all/routes.yaml": route.format("one") + route.format("two"),
        "configs/all/one.yaml": service.format("one", 80),
        "configs/all/two.yaml": service.format("two", 80),
    }
    kept = Lint([each(VirtualService, look)])
    kept.findings(*read(files))
    assert looked == ["one", "two"]
    looked.clear()
    kept.findings(*read({**files, "configs/all/one.yaml": service.format("one", 81)}))
    assert looked == ["one"]


def test_a_check_across_clusters_sees_them_all() -> None:
    """It gets the clusters that have the object, by name, and runs again when one differs."""
    seen: list[tuple[str, ...]] = []

    def look(views: Sequence[ClusterView], one: Subject[Service]) -> tuple[()]:
        del one
        seen.append(tuple(f"{view.name}:{len(view.find(every(Service), None))}" for view in views))
        return ()

    text = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{port: 80}]}\n"
    own = "apiVersion: v1\nkind: Service\nmetadata: {name: own}\nspec: {ports: [{port: 80}]}\n"
    files = {**FLEETS["first"], "configs/all/a.yaml": text}
    kept = Lint([across(Service, look)])
    kept.findings(*read(files))
    kept.findings(*read({**files, "clusters/west/own.yaml": own}))
    assert seen[0] == ("east:1", "south:1", "west:1")
    assert sorted(seen[1:]) == [("east:1", "south:1", "west:2"), ("west:2",)]


def test_an_error_in_a_check_leaves_nothing_half_done() -> None:
    """The look after it begins anew."""
    broken = [True]

    def look(view: ClusterView) -> tuple[()]:
        if broken[0]:
            raise RuntimeError(view.name)
        return ()

    kept = Lint([*CHECKS, look])
    state = read({**FLEETS["first"], "configs/all/a.yaml": "".join(TEXTS)})
    with pytest.raises(RuntimeError):
        kept.findings(*state)
    broken.clear()
    broken.append(False)
    assert printed(kept.findings(*state)) == printed(linter().findings(*state))


def test_every_kind_that_is_indexed_is_found_by_its_own_class() -> None:
    """An index finds objects of exactly its kind: no kind stands for another."""
    kinds = {type(one) for text in OBJECTS for one in (parsed("a.yaml", text).objects[0].object,)}
    assert all(kind.__bases__[0] is MeshObject for kind in kinds)
