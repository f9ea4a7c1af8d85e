"""Clients by context and by Secret; that a Secret works is shown where clusters are followed."""

from pathlib import Path

import pytest

from libs.adapters.kube.access import Allowed
from libs.adapters.kube.connecting import Connector
from libs.adapters.kube.tests.servers import client
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError
from libs.meshapi.fleet import Connection
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled

NAME = ClusterName("east")


def test_a_secret_that_is_not_there_is_named(kube_fleet: Fleet) -> None:
    """So is one that nobody could read, for want of a home cluster."""
    (server,) = pooled(kube_fleet)
    secret = {"kubeconfig_secret": {"name": "east-kubeconfig"}}
    connection = Connection.model_validate(secret)
    with client() as kube:
        connector = Connector(kube, server.kubeconfig(), Allowed(files=True), server.name)
        with pytest.raises(StalledError, match="Secret istio-system/east-kubeconfig is not there"):
            connector.connect(NAME, connection).version()
        assert connector.remotes() == {}
        homeless = Connector(kube, Path("nowhere"), Allowed(files=True))
        with pytest.raises(StalledError, match="no home cluster"):
            homeless.connect(NAME, connection)
        by_context = Connection.model_validate({"context": server.name})
        assert connector.connect(NAME, by_context).version().major == 1
