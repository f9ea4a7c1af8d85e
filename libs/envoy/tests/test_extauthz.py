"""How another service is asked. What comes of its answers is held by tables in tests/e2e."""

from datetime import timedelta

from protogen.envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2 as http_pb2
from protogen.envoy.extensions.filters.network.ext_authz.v3 import ext_authz_pb2 as network_pb2

from libs.envoy import extauthz, rbac
from libs.envoy.extauthz import Asked

_ASKED = Asked("tried_", "ask-ns[")


def test_it_is_asked_only_where_tried_rules_held() -> None:
    """Each filter looks at what the one before it noted, of its own kind."""
    service = extauthz.by_grpc("outbound|9000||a.example", timedelta(seconds=1))
    config = network_pb2.ExtAuthz()
    made = extauthz.network_filter(_ASKED, service, fail_open=False)
    assert made.typed_config.Unpack(config)
    condition = config.filter_enabled_metadata
    assert condition.filter == rbac.NETWORK_NAME
    assert [one.key for one in condition.path] == ["tried_shadow_effective_policy_id"]
    assert condition.value.string_match.prefix == "ask-ns["


def test_the_name_of_a_service_has_no_marks_that_servers_refuse() -> None:
    """Names of clusters are no authorities."""
    found = extauthz.by_grpc("outbound|9000||a.example", timedelta(seconds=1))
    assert found.envoy_grpc.authority == "outbound_.9000_._.a.example"


def test_a_status_is_answered_only_where_one_is_written() -> None:
    """Otherwise Envoy has its own."""
    for status, expected in ((0, False), (503, True)):
        config = http_pb2.ExtAuthz()
        made = extauthz.http_filter(_ASKED, http_pb2.ExtAuthz(), status)
        assert made.typed_config.Unpack(config)
        assert config.HasField("status_on_error") == expected
