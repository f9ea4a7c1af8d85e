"""Every spelling that protobuf's JSON form has for one message gives the same bytes."""

from typing import Any

import pytest
import yaml
from google.protobuf import json_format
from protogen.envoy.config.route.v3 import route_components_pb2

from libs.confighash.jsonform import from_json
from libs.confighash.wire import MalformedError

ROUTE = "envoy.config.route.v3.Route"
SPELLINGS = """
- {name: r, route: {cluster: c, timeout: 1s, retry_policy: {num_retries: 2}}}
- {route: {timeout: 1.000s, cluster: c, retryPolicy: {numRetries: "2"}}, name: r}
- {name: r, metadata: null, route: {cluster: c, timeout: 1.0s, retryPolicy: {num_retries: 2.0}}}
- {name: r, route: {cluster: c, timeout: 1s, retry_policy: {num_retries: 2}, priority: DEFAULT}}
- {name: r, route: {cluster: c, timeout: 1s, retry_policy: {num_retries: 2}, priority: 0}}
"""


def test_spellings_are_equal() -> None:
    """Name style, zeros of a duration, integers as text, null and enum forms do not count."""
    assert len({from_json(each, ROUTE) for each in yaml.safe_load(SPELLINGS)}) == 1


@pytest.mark.parametrize("original", [True, False], ids=["snake", "camel"])
def test_what_protobuf_prints_gives_its_bytes(*, original: bool) -> None:
    """The printed form of a message with maps and an Any leads back to its bytes."""
    form = json_format.MessageToDict(_plain(), preserving_proto_field_name=original)
    assert from_json(form, ROUTE) == _plain().SerializeToString(deterministic=True)


def _plain() -> route_components_pb2.Route:
    """Return a route with maps, wrappers, repeated numbers and a oneof."""
    made = route_components_pb2.Route(name="r")
    made.match.prefix = "/a"
    made.route.cluster = "c"
    made.route.timeout.nanos = 5_000_000
    made.route.retry_policy.num_retries.value = 0
    made.route.retry_policy.retriable_status_codes.extend([503, 300])
    made.metadata.filter_metadata["b"].update({"z": 1, "a": [True, None, "x"]})
    made.metadata.filter_metadata["a"].update({})
    return made


def test_an_any_is_read_by_its_type() -> None:
    """The content of an Any is encoded as the type that it names."""
    value = {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": "x"}
    expected = b"\n/type.googleapis.com/google.protobuf.StringValue\x12\x03\n\x01x"
    assert from_json(value, "google.protobuf.Any") == expected


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param({"nam": "r"}, "no field `nam`", id="unknown field"),
        pytest.param({"name": 3}, "put it in quotes", id="number for text"),
        pytest.param({"route": {"timeout": "1"}}, "no duration", id="bad duration"),
        pytest.param({"route": {"priority": "LOW"}}, "does not fit", id="unknown enum name"),
        pytest.param({"route": []}, "no object", id="list for message"),
    ],
)
def test_what_does_not_fit_is_refused_with_advice(value: Any, says: str) -> None:
    """A wrong form is one sentence, never a digest."""
    with pytest.raises(MalformedError, match=says):
        from_json(value, ROUTE)
