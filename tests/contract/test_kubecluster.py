"""What `KubeCluster` promises, held by real API servers through the client and by the twin."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from libs.kernel.looperrors import TransientError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import (
    Apply,
    Blind,
    Changed,
    Create,
    Delete,
    Done,
    FieldConflict,
    Gone,
    KubeCluster,
    Listed,
    Refusal,
    Refused,
    Replace,
    Selection,
    Unanswered,
    Unserved,
    Watch,
    WatchEvent,
    WriteResult,
)
from tests.contract.kubeservers import (
    PATIENCE_S,
    WIDGETS,
    Json,
    Server,
    applied,
    config_map,
    definition,
    fake_server,
    key_of,
    namespace,
    real_server,
    widget,
)
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled

MAPS = Selection("", "ConfigMap", namespace="default", labels="of=test")
WIDGET = Selection(WIDGETS, "Widget")


@pytest.fixture(params=["real", "fake"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each implementation, with nothing of ours in it."""
    if request.param == "fake":
        yield fake_server()
        return
    fleet: Fleet = request.getfixturevalue("kube_fleet")
    with real_server(pooled(fleet)[0]) as real:
        yield real


@pytest.fixture
def cluster(server: Server) -> KubeCluster:
    """A client of the server."""
    return server.client()


def _refused(result: WriteResult) -> Refused:
    assert isinstance(result, Refused), result
    return result


def _until(watch: Watch, wanted: Callable[[Sequence[WatchEvent]], bool]) -> list[WatchEvent]:
    """Poll until what came so far is enough."""
    found: list[WatchEvent] = []
    for _ in range(int(PATIENCE_S * 5)):
        found += watch.poll(0.2)
        if wanted(found):
            return found
    raise AssertionError(found)


def _eventually(cluster: KubeCluster, is_so: Callable[[], bool], server: Server) -> None:
    for _ in range(int(PATIENCE_S * 5)):
        if is_so():
            return
        server.clock.sleep(0.2)
    raise AssertionError("it never came to be")


def _define_widgets(cluster: KubeCluster, server: Server) -> None:
    applied(cluster, definition())
    _eventually(cluster, lambda: bool(cluster.discover().find(WIDGETS, "Widget")), server)


def test_a_server_says_its_version(cluster: KubeCluster) -> None:
    """The version is numbers and the server's own word."""
    found = cluster.version()
    assert found.major == 1
    assert found.text.startswith(f"v1.{found.minor}.")


def test_discovery_knows_kinds_by_group(cluster: KubeCluster) -> None:
    """A kind is found with its scope; one that nobody defined is absent, not in doubt."""
    found = cluster.discover()
    service, node = found.find("", "Service"), found.find("", "Node")
    assert service is not None
    assert (service.path, service.namespaced, service.api_version) == ("services", True, "v1")
    assert node is not None
    assert not node.namespaced
    assert found.find("", "Service", "v9") is None
    assert found.find(WIDGETS, "Widget") is None
    assert not found.unseen


def test_an_applied_object_is_there(cluster: KubeCluster) -> None:
    """Apply creates what is not there, with a uid, a version and us as manager."""
    (made,) = applied(cluster, config_map("one", {"a": "1"}))
    found = cluster.get(key_of(config_map("one", {})))
    assert found is not None
    assert (found.uid, found.resource_version) == (made.uid, made.resource_version)
    assert found.body["data"] == {"a": "1"}
    assert found.body["kind"] == "ConfigMap"
    assert [one["manager"] for one in found.metadata["managedFields"]] == ["periplus"]


def test_what_is_not_there_is_none(cluster: KubeCluster) -> None:
    """An absent object and an absent kind are both told as absent."""
    assert cluster.get(ObjectKey("", "ConfigMap", "default", "nothing")) is None
    assert cluster.get(ObjectKey("", "ConfigMap", "no-such-namespace", "nothing")) is None
    assert cluster.get(ObjectKey(WIDGETS, "Widget", "default", "nothing")) is None
    assert cluster.list_objects(WIDGET).objects == ()


def test_an_apply_that_changes_nothing_leaves_the_version(cluster: KubeCluster) -> None:
    """The same apply once more writes nothing."""
    (first,) = applied(cluster, config_map("same", {"a": "1"}))
    (second,) = applied(cluster, config_map("same", {"a": "1"}))
    assert second.resource_version == first.resource_version


def test_a_field_that_is_no_longer_applied_goes(cluster: KubeCluster) -> None:
    """What only we owned and no longer want is taken away."""
    applied(cluster, config_map("less", {"a": "1", "b": "2"}))
    (after,) = applied(cluster, config_map("less", {"a": "1"}))
    assert after.body["data"] == {"a": "1"}


def test_a_field_of_another_manager_stays(cluster: KubeCluster, server: Server) -> None:
    """Two managers own different fields of one object."""
    applied(server.client("other"), config_map("both", {"b": "2"}))
    (after,) = applied(cluster, config_map("both", {"a": "1"}))
    assert after.body["data"] == {"a": "1", "b": "2"}


def test_a_dry_run_tells_and_changes_nothing(cluster: KubeCluster) -> None:
    """A dry run returns what would be, of a new object and of a changed one."""
    applied(cluster, config_map("there", {"a": "1"}))
    writes = [Apply(config_map("there", {"a": "2"})), Apply(config_map("new", {"a": "1"}))]
    changed, new = (one.object() for one in cluster.write(writes, dry_run=True))
    assert changed.body["data"] == {"a": "2"}
    assert new.key == key_of(config_map("new", {}))
    assert cluster.get(new.key) is None
    found = cluster.get(changed.key)
    assert found is not None
    assert found.body["data"] == {"a": "1"}


def test_a_conflict_names_the_manager_and_the_field(cluster: KubeCluster, server: Server) -> None:
    """A field that another manager set to something else is not taken from it."""
    applied(server.client("other"), config_map("mine", {"a": "1", "b": "1"}))
    wanted = config_map("mine", {"a": "2", "b": "1"})
    refused = _refused(cluster.write([Apply(wanted)])[0])
    assert refused.code is Refusal.FIELD_CONFLICT
    assert refused.conflicts == (FieldConflict("other", ".data.a"),)
    assert "other" in refused.reason
    found = cluster.get(key_of(wanted))
    assert found is not None
    assert found.body["data"]["a"] == "1"


def test_force_takes_a_field_from_another_manager(cluster: KubeCluster, server: Server) -> None:
    """A forced apply owns the field, and the other manager then has the conflict."""
    other = server.client("other")
    applied(other, config_map("forced", {"a": "1"}))
    wanted = config_map("forced", {"a": "2"})
    assert cluster.write([Apply(wanted, force=True)])[0].object().body["data"] == {"a": "2"}
    refused = _refused(other.write([Apply(config_map("forced", {"a": "3"}))])[0])
    assert refused.conflicts == (FieldConflict("periplus", ".data.a"),)


def test_one_refusal_leaves_the_other_writes_alone(cluster: KubeCluster) -> None:
    """Results stand in the order of the writes, each for itself."""
    bad = config_map("lost", {"a": "1"}, namespace="no-such-namespace")
    writes = [Apply(config_map("w1", {})), Apply(bad), Apply(config_map("w2", {}))]
    first, refused, second = cluster.write(writes)
    assert _refused(refused).code is Refusal.ABSENT
    assert (first.object().key.name, second.object().key.name) == ("w1", "w2")


def test_an_apply_with_a_condition_creates_nothing(cluster: KubeCluster) -> None:
    """A uid that nothing has any more is refused as stale."""
    (old,) = applied(cluster, config_map("was", {"a": "1"}))
    cluster.write([Delete(old.key, old.uid)])
    body = config_map("was", {"a": "2"})
    for write in (Apply(body, old.uid), Apply(body, old.uid, old.resource_version)):
        assert _refused(cluster.write([write])[0]).code is Refusal.STALE
    assert cluster.get(old.key) is None


def test_an_apply_to_a_version_that_has_passed_is_stale(
    cluster: KubeCluster, server: Server
) -> None:
    """Whoever planned with an older version has to plan again."""
    (old,) = applied(cluster, config_map("moved", {"a": "1"}))
    applied(server.client("other"), config_map("moved", {"b": "1"}))
    write = Apply(config_map("moved", {"a": "2"}), old.uid, old.resource_version)
    assert _refused(cluster.write([write])[0]).code is Refusal.STALE


def test_an_object_is_created_once(cluster: KubeCluster) -> None:
    """A second creation is refused, and the refusal is not a conflict of fields."""
    write = Create(config_map("once", {"a": "1"}))
    assert cluster.write([write])[0].object().body["data"] == {"a": "1"}
    assert _refused(cluster.write([write])[0]).code is Refusal.EXISTS


def test_an_object_is_replaced_in_the_version_that_was_read(cluster: KubeCluster) -> None:
    """Of two writers that read the same version, the second is stale."""
    live = cluster.write([Create(config_map("put", {"a": "1"}))])[0].object()
    body = {**live.body, "data": {"a": "2"}}
    assert cluster.write([Replace(body)])[0].object().body["data"] == {"a": "2"}
    assert _refused(cluster.write([Replace(body)])[0]).code is Refusal.STALE


def test_replacing_can_hand_over_ownership(cluster: KubeCluster, server: Server) -> None:
    """Managed fields that are written anew let the next apply take away what another had set."""
    (live,) = applied(server.client("other"), config_map("handed", {"a": "1", "b": "2"}))
    entries = [{**one, "manager": "periplus"} for one in live.metadata["managedFields"]]
    body = {**live.body, "metadata": {**live.metadata, "managedFields": entries}}
    cluster.write([Replace(body)])[0].object()
    (after,) = applied(cluster, config_map("handed", {"a": "3"}))
    assert after.body["data"] == {"a": "3"}


def test_only_the_object_that_was_meant_is_deleted(cluster: KubeCluster) -> None:
    """A deletion names a uid: somebody else's object of the same name stays."""
    (old,) = applied(cluster, config_map("again", {"a": "1"}))
    assert cluster.write([Delete(old.key, old.uid)])[0] == Done(None)
    (new,) = applied(cluster, config_map("again", {"a": "1"}))
    assert _refused(cluster.write([Delete(old.key, old.uid)])[0]).code is Refusal.STALE
    stale = Delete(new.key, new.uid, old.resource_version)
    assert _refused(cluster.write([stale])[0]).code is Refusal.STALE
    right = Delete(new.key, new.uid, new.resource_version)
    assert isinstance(cluster.write([right], dry_run=True)[0], Done)
    assert cluster.get(new.key) is not None
    assert isinstance(cluster.write([right])[0], Done)
    assert _refused(cluster.write([right])[0]).code is Refusal.ABSENT


def test_a_finalizer_holds_what_is_deleted(cluster: KubeCluster) -> None:
    """A deletion that waits returns the object, which goes with its last finalizer."""
    held = config_map("held", {}, finalizers=["example.periplus.io/hold"])
    (live,) = applied(cluster, held)
    waiting = cluster.write([Delete(live.key, live.uid)])[0].object()
    assert waiting.deleting
    cluster.write([Apply(config_map("held", {}))])
    assert cluster.get(live.key) is None


def test_nothing_is_made_in_a_namespace_that_ends(cluster: KubeCluster) -> None:
    """A terminating namespace says so."""
    (place,) = applied(cluster, namespace("ending"))
    cluster.write([Delete(place.key, place.uid)])[0].object()
    refused = _refused(cluster.write([Apply(config_map("late", {}, "ending"))])[0])
    assert refused.code is Refusal.TERMINATING


def test_an_immutable_field_is_invalid(cluster: KubeCluster) -> None:
    """A change of what cannot change is told as invalid, not as a conflict."""
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role"}
    body: Json = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "bound", "namespace": "default"},
        "roleRef": {**role, "name": "one"},
    }
    applied(cluster, body)
    write = Apply({**body, "roleRef": {**role, "name": "two"}})
    assert _refused(cluster.write([write], dry_run=True)[0]).code is Refusal.INVALID


def test_a_defined_kind_is_served(cluster: KubeCluster, server: Server) -> None:
    """An object can be written as soon as discovery finds its kind; its generation counts."""
    refused = _refused(cluster.write([Apply(widget("early", {}))])[0])
    assert refused.code is Refusal.ABSENT
    _define_widgets(cluster, server)
    (first,) = applied(cluster, widget("w", {"a": {"b": 1}}))
    (second,) = applied(cluster, widget("w", {"a": {"b": 2}}))
    assert (first.generation, second.generation) == (1, 2)
    status = {**widget("w", {}), "status": {"ready": True}}
    third = cluster.write([Apply(status, subresource="status")])[0].object()
    assert third.generation == 2
    assert third.body["status"] == {"ready": True}
    assert third.body["spec"] == {"a": {"b": 2}}


def test_a_kind_goes_with_its_definition(cluster: KubeCluster, server: Server) -> None:
    """Its objects go as well, and the kind is absent again."""
    _define_widgets(cluster, server)
    (live,) = applied(cluster, widget("w", {}))
    found = cluster.get(key_of(definition()))
    assert found is not None
    cluster.write([Delete(found.key, found.uid)])
    _eventually(cluster, lambda: cluster.get(found.key) is None, server)
    _eventually(cluster, lambda: cluster.discover().find(WIDGETS, "Widget") is None, server)
    assert cluster.get(live.key) is None


def test_objects_are_listed_by_namespace_and_label(cluster: KubeCluster) -> None:
    """A selection has only its own objects, in the order of their names."""
    applied(cluster, namespace("elsewhere"))
    labels = {"of": "test"}
    applied(
        cluster,
        config_map("b", {}, labels=labels),
        config_map("a", {}, labels=labels),
        config_map("c", {}),
        config_map("a", {}, "elsewhere", labels=labels),
    )
    listing = cluster.list_objects(MAPS)
    assert [one.key.name for one in listing.objects] == ["a", "b"]
    everywhere = cluster.list_objects(Selection("", "ConfigMap", labels="of=test"))
    assert [one.key.namespace for one in everywhere.objects] == ["default", "default", "elsewhere"]
    assert listing.objects[0].body["apiVersion"] == "v1"


def test_nothing_is_sent_after_the_time_to_write(cluster: KubeCluster, server: Server) -> None:
    """Whoever held the cluster until then may not write any more."""
    late = server.clock.monotonic_s()
    (result,) = cluster.write([Apply(config_map("late", {}))], not_after_s=late)
    assert isinstance(result, Unanswered)
    assert not result.sent
    assert cluster.get(key_of(config_map("late", {}))) is None


def test_a_watch_tells_everything_and_then_what_changes(cluster: KubeCluster) -> None:
    """It begins with all objects; then come changes and ends, of the selection alone."""
    labels = {"of": "test"}
    (old,) = applied(cluster, config_map("old", {}, labels=labels))
    watch = cluster.watch([MAPS])
    (first,) = _until(watch, lambda found: len(found) > 0)
    assert isinstance(first, Listed)
    assert [one.key.name for one in first.objects] == ["old"]
    applied(cluster, config_map("new", {"a": "1"}, labels=labels), config_map("unseen", {}))
    (changed,) = _until(watch, lambda found: len(found) > 0)
    assert isinstance(changed, Changed)
    assert changed.live.body["data"] == {"a": "1"}
    assert changed.live.body["kind"] == "ConfigMap"
    cluster.write([Delete(old.key, old.uid)])
    assert _until(watch, lambda found: len(found) > 0) == [Gone(MAPS, old.key, old.uid)]
    watch.close()


def test_an_object_that_loses_its_label_is_gone(cluster: KubeCluster) -> None:
    """What no longer belongs to a selection leaves its watch."""
    (live,) = applied(cluster, config_map("x", {}, labels={"of": "test"}))
    watch = cluster.watch([MAPS])
    _until(watch, lambda found: len(found) > 0)
    applied(cluster, config_map("x", {}))
    assert _until(watch, lambda found: len(found) > 0) == [Gone(MAPS, live.key, live.uid)]
    watch.close()


def test_a_watch_that_lost_its_place_begins_again(cluster: KubeCluster, server: Server) -> None:
    """When the server forgot what happened, everything is told once more."""
    applied(cluster, config_map("x", {}, labels={"of": "test"}))
    watch = cluster.watch([MAPS])
    _until(watch, lambda found: len(found) > 0)
    server.stop()
    _until(watch, lambda found: any(isinstance(one, Blind) for one in found))
    server.start()
    server.forget_history()
    again = _until(watch, lambda found: len(found) > 0)
    assert isinstance(again[0], Listed)
    assert [one.key.name for one in again[0].objects] == ["x"]
    watch.close()


def test_a_server_that_is_away_is_not_empty(cluster: KubeCluster, server: Server) -> None:
    """Reading raises, writing is unanswered, a watch is blind once: nothing looks absent."""
    applied(cluster, config_map("still", {}, labels={"of": "test"}))
    watch = cluster.watch([MAPS])
    _until(watch, lambda found: len(found) > 0)
    server.stop()
    for look in (cluster.version, cluster.discover, lambda: cluster.list_objects(MAPS)):
        with pytest.raises(TransientError):
            look()
    (result,) = cluster.write([Apply(config_map("still", {"a": "1"}))])
    assert isinstance(result, Unanswered)
    blind = _until(watch, lambda found: len(found) > 0)
    assert [type(one) for one in blind] == [Blind]
    server.start()
    (back,) = _until(watch, lambda found: len(found) > 0)
    assert isinstance(back, Listed)
    watch.close()


def test_a_watch_waits_for_a_kind(cluster: KubeCluster, server: Server) -> None:
    """A kind that is not served is told as such, and listed when it comes."""
    watch = cluster.watch([WIDGET])
    assert _until(watch, lambda found: len(found) > 0) == [Unserved(WIDGET)]
    _define_widgets(cluster, server)
    (first,) = _until(watch, lambda found: len(found) > 0)
    assert isinstance(first, Listed)
    watch.close()
