"""Pushes and real API servers: what a fleet becomes, and what nobody may spoil."""

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from libs.kernel.ids import ClusterName
from libs.kernel.inventory import Action, Phase, RoundState
from libs.planning.telling import CONDITION
from services.reconciler.tests.commits import Commits
from tests.e2e.kubestack import CLUSTER, FLEET, KubeStack, config_map, running, until, value
from tests.e2e.webhookserver import adding, hanging, register, rejecting, unregister, webhook
from tools.cli.main import main
from tools.crds.definition import defined_kinds, definition
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import MERGE
from tools.kubeapi.server import ApiServer

DEFINITION = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.example.com}
spec:
  group: example.com
  names: {kind: Ship, plural: ships, singular: ship}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: example.com/v1
kind: Ship
metadata: {name: argo}
spec: {oars: 50}
"""
SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
"""
ROUTE = """\
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [%s]
  http: [{route: [{destination: {host: web}}]}]
"""
SECRET = """\
---
apiVersion: v1
kind: Secret
metadata: {name: s}
type: %s
stringData: {password: correct-horse-battery}
"""


@pytest.fixture
def three(kube_fleet: Fleet, tmp_path: Path) -> Iterator[KubeStack]:
    """Three clusters that follow one repository."""
    with running(kube_fleet, tmp_path, 3) as stack:
        yield stack


@pytest.fixture
def single(kube_fleet: Fleet, tmp_path: Path) -> Iterator[KubeStack]:
    """One cluster that follows one repository."""
    with running(kube_fleet, tmp_path, 1) as stack:
        yield stack


def the(stack: KubeStack) -> ApiServer:
    """Return the only server."""
    return stack.servers[0]


def test_a_push_reaches_three_clusters_and_the_next_one_prunes(three: KubeStack) -> None:
    """What is pushed is everywhere; what a later push has no more is nowhere."""
    three.push(config_map("a") + config_map("b"))
    for report in three.settled().values():
        assert report.counts == {Action.CREATED: 3}
    three.push(config_map("a", "2"))
    for report in three.settled().values():
        assert report.counts[Action.DELETED] == 1
    assert [(value(one, "a"), value(one, "b")) for one in three.servers] == [("2", None)] * 3


def test_a_cluster_is_reached_by_a_secret_of_the_home_cluster(three: KubeStack) -> None:
    """A kubeconfig in a Secret is as good as a context; one that comes later is found."""
    home, remote, _ = three.servers
    files = three.files(config_map("a"))
    by_secret = (CLUSTER % (remote.name, remote.name)).replace(
        f"{{context: {remote.name}}}", "{kubeconfigSecret: {name: remote}}"
    )
    files[f"clusters/{remote.name}/cluster.yaml"] = by_secret.encode()
    three.push_files(files)
    until("the want is told", lambda: "istio-system/remote is not there" in told(three, remote))
    config = json.loads(remote.kubeconfig().read_text(encoding="utf-8"))
    authority = base64.b64encode(remote.ca_file.read_bytes()).decode()
    config["clusters"][0]["cluster"] = {
        "server": remote.url,
        "certificate-authority-data": authority,
    }
    data = {remote.name: base64.b64encode(json.dumps(config).encode()).decode()}
    home.call("POST", "/api/v1/namespaces", {"metadata": {"name": "istio-system"}})
    secret = {"metadata": {"name": "remote"}, "data": data}
    home.call("POST", "/api/v1/namespaces/istio-system/secrets", secret)
    three.settled()
    assert value(remote, "a") == "1"


def told(stack: KubeStack, server: ApiServer) -> str:
    """Return the reason in the newest report of a cluster."""
    reports = stack.watched.store.reports()
    return "".join(one.reason for one in reports if one.cluster == server.name)


def test_drift_is_healed_and_the_report_names_who(single: KubeStack) -> None:
    """A change by hand is taken back within a moment, and a deleted object made again."""
    single.push(config_map("a"))
    single.settled()
    the(single).kubectl("patch", "configmap", "a", "--type=merge", "-p", '{"data":{"value":"x"}}')
    report = single.settled(about=".data.value changed by kubectl-patch")
    assert [one.counts[Action.CONFIGURED] for one in report.values()] == [1]
    assert value(the(single), "a") == "1"
    the(single).kubectl("delete", "configmap", "a")
    until("the object is made again", lambda: value(the(single), "a") == "1")


def test_a_definition_and_an_object_of_its_kind_come_in_one_push(single: KubeStack) -> None:
    """The kind is served before its object is tried."""
    single.push(DEFINITION)
    single.settled()
    answer = the(single).call("GET", "/apis/example.com/v1/namespaces/default/ships/argo")
    assert answer.body["spec"]["oars"] == 50


def test_a_conflict_names_the_other_manager_and_the_field(single: KubeStack) -> None:
    """What another manager applies is left to it, and the other fields are not half written."""
    single.push(config_map("a"))
    single.settled()
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    path = "/api/v1/namespaces/default/configmaps/a"
    the(single).apply(path, {**body, "data": {"more": "theirs"}}, "other-tool")
    single.push(config_map("a", "2").replace("{value:", "{more: ours, value:"))
    single.settled(RoundState.FAILED, about="`other-tool` owns .data.more")
    assert value(the(single), "a") == "1"


def test_trouble_and_its_end_are_told_on_the_object(single: KubeStack) -> None:
    """An Event and a condition for each, on a mesh kind as it is really defined."""
    (route,) = (model for model in defined_kinds() if model.__name__ == "VirtualService")
    kind = yaml.safe_dump(definition(route))
    path = "/apis/networking.istio.io/v1/namespaces/default/virtualservices/web"
    single.push(f"---\n{kind}{ROUTE % 'web'}")
    single.settled()
    other = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService"}
    body = {**other, "metadata": {"name": "web"}, "spec": {"hosts": ["web"]}}
    the(single).apply(path, body, "other-tool")
    single.push(f"---\n{kind}{ROUTE % 'other'}")
    single.settled(RoundState.FAILED, about="`other-tool` owns .spec.hosts")
    until(
        "the trouble is told", lambda: on_object(single, path) == (["False"], ["ReconcileFailed"])
    )
    the(single).apply(path, {**other, "metadata": {"name": "web"}}, "other-tool")
    single.settled()
    both = ["ReconcileFailed", "Reconciled"]
    until("its end is told", lambda: on_object(single, path) == (["True"], both))


def on_object(stack: KubeStack, path: str) -> tuple[list[str], list[str]]:
    """Return the status of our condition of an object, and the reasons of its Events by time."""
    found = the(stack).call("GET", path).body
    conditions = found.get("status", {}).get("conditions", ())
    items = the(stack).call("GET", "/apis/events.k8s.io/v1/namespaces/default/events").body["items"]
    events = [one for one in items if one["regarding"]["uid"] == found["metadata"]["uid"]]
    return (
        [one["status"] for one in conditions if one["type"] == CONDITION],
        [one["reason"] for one in sorted(events, key=lambda one: str(one["eventTime"]))],
    )


def test_a_rejected_object_stops_no_other(single: KubeStack) -> None:
    """The webhook's words are in the report; without it the next look succeeds."""
    with webhook(the(single), rejecting("not on my watch")) as url:
        register(the(single), url, "Validating")
        single.push(config_map("a") + SERVICE, base=SERVICE.replace("web", "base"))
        single.settled(RoundState.FAILED, about="not on my watch")
        assert the(single).call("GET", "/api/v1/namespaces/default/services/web").status == 200
        unregister(the(single), "Validating")
    single.settled()
    assert value(the(single), "a") == "1"


def test_a_webhook_that_always_changes_something_is_no_endless_work(single: KubeStack) -> None:
    """Labels that it adds are not ours to fight about: writes stop."""
    with webhook(the(single), adding("stamp", map(str, itertools.count()))) as url:
        register(the(single), url, "Mutating")
        single.push(config_map("a"))
        single.settled()
        path = "/api/v1/namespaces/default/configmaps/a"
        before = the(single).call("GET", path).body["metadata"]["resourceVersion"]
        single.push(config_map("a"), base=config_map("base", "2"))
        single.settled()
        assert the(single).call("GET", path).body["metadata"]["resourceVersion"] == before
        unregister(the(single), "Mutating")


def test_a_webhook_that_hangs_is_waited_out(single: KubeStack) -> None:
    """The reason is said, and the object comes when the webhook is gone."""
    with hanging() as url:
        register(the(single), url, "Validating")
        single.push(config_map("a"))
        single.settled(RoundState.FAILED, RoundState.WAITING, about="webhook")
        unregister(the(single), "Validating")
    single.settled()
    assert value(the(single), "a") == "1"


def test_a_server_that_dies_in_the_middle_is_brought_to_the_end_later(three: KubeStack) -> None:
    """The others are not held up; the dead one gets everything when it is back, and no orphan."""
    many = "".join(config_map(f"many{number}") for number in range(300))
    store, dying = three.watched.store, three.servers[0]
    three.push(many)
    until(
        "an intent is recorded",
        lambda: any(
            one.phase is Phase.APPLYING for one in store.inventory(ClusterName(dying.name))
        ),
    )
    dying.kill()
    names = {one.name for one in three.servers[1:]}
    until(
        "the others are done",
        lambda: names <= {one.cluster for one in store.reports() if one.state is RoundState.DONE},
    )
    three.push(many.replace("name: many7}", "name: other7}"))
    dying.start()
    three.settled()
    listed = dying.call("GET", "/api/v1/namespaces/default/configmaps").body["items"]
    found = {one["metadata"]["name"] for one in listed} - {"kube-root-ca.crt", "base"}
    assert found == {f"many{n}" for n in range(300) if n != 7} | {"other7"}


def test_refused_credentials_delete_nothing_and_new_ones_count(single: KubeStack) -> None:
    """An expired token is said; the kubeconfig is read anew when it is replaced."""
    single.push(config_map("a"))
    single.settled()
    single.contexts("expired")
    single.workers.stop()
    single.workers.running.clear()
    single.push(config_map("b"))
    single.settled(RoundState.FAILED)
    assert value(the(single), "a") == "1"
    single.contexts()
    single.settled()
    assert (value(the(single), "a"), value(the(single), "b")) == (None, "1")


def test_a_forced_push_without_most_of_a_set_asks_first(single: KubeStack) -> None:
    """Rewritten history without the objects deletes none of them until that is confirmed."""
    single.push("".join(config_map(name) for name in "abcdefgh"))
    single.settled()
    clone = single.watched.clone
    clone.write({"configs/shop/all.yaml": config_map("h").encode()})
    clone.push("rewritten", force=True)
    single.watched.look()
    single.workers.follow()
    report = single.settled(RoundState.HELD, about="7 deletions are 88 % of set `shop`")[
        the(single).name
    ]
    assert value(the(single), "a") == "1"
    single.watched.store.confirm(report.cluster, report.plan)
    single.workers.follow()
    single.settled()
    assert (value(the(single), "a"), value(the(single), "base")) == (None, "1")


def test_values_of_secrets_are_nowhere_but_in_the_cluster(
    single: KubeStack, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whether the Secret is taken, refused or changed by hand: no value is told anywhere.

    Not in reports and inventories, in plans, drifts and patches, in Events, or in what is logged.
    """
    store, server = single.watched.store, the(single)
    fleet = FLEET % ", reconcile: {heal: false}"
    commits = Commits(store, fleet, [CLUSTER % (server.name, server.name)])
    where = ["--store", f"sqlite:///{tmp_path / 'store.sqlite'}"]
    where += ["--kubeconfig", str(single.kubeconfig)]

    def commit(kind: str) -> None:
        commits.commit({"shop": SECRET % kind, "base": config_map("base")})
        single.workers.follow()

    commit("Opaque")
    single.settled()
    path = "/api/v1/namespaces/default/secrets/s"
    by_hand = {"data": {"password": base64.b64encode(b"planted-by-hand").decode()}}
    server.call("PATCH", path, by_hand, content_type=MERGE)
    reports = [single.settled(RoundState.DRIFTED)[server.name]]
    for command in (
        ["plan", "-o", "json"],
        ["drift"],
        ["drift", "--patch"],
        ["drift", "-o", "json"],
    ):
        assert main([*command, *where]) == 1
    commit("example.com/other")
    reports.append(single.settled(RoundState.FAILED)[server.name])
    for command in (["plan"], ["plan", "-o", "json"], ["apply"]):
        assert main([*command, *where]) == 1
    assert server.call("GET", path).body["type"] == "Opaque"
    events = server.call("GET", "/api/v1/namespaces/default/events").body["items"]
    reasons = {one["reason"] for one in events if one["involvedObject"]["name"] == "s"}
    assert reasons == {"Drifted", "ReconcileFailed"}
    told = "".join(capfd.readouterr()) + repr(reports) + json.dumps(events)
    told += repr(store.inventory(reports[0].cluster))
    assert ".data.password" in told
    for planted in (b"correct-horse-battery", b"planted-by-hand"):
        assert planted.decode() not in told
        assert base64.b64encode(planted).decode() not in told
