"""A schema says what the model says."""

from libs.meshapi.deployment import DeploymentSpec
from libs.meshapi.gatewayapi.filters import RequestRedirect
from libs.meshapi.peerauthentication import PeerAuthenticationSpec
from libs.meshapi.rollout import Wave
from libs.meshapi.serviceentry import ServiceEntrySpec
from libs.meshapi.wasmplugin import WasmPluginSpec
from tools.crds.schema import schema_of


def test_limits_of_a_field_are_limits_of_its_schema() -> None:
    """Numbers, texts and lists keep their bounds, under the names that users write."""
    ports = schema_of(ServiceEntrySpec)["properties"]["ports"]
    assert ports["maxItems"] == 256
    number = ports["items"]["properties"]["targetPort"]
    assert (number["minimum"], number["maximum"]) == (1, 65535)
    assert ports["items"]["properties"]["name"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
    }
    assert ports["items"]["required"] == ["number", "name"]


def test_words_and_numbers_of_an_enumeration_keep_their_type() -> None:
    """A status code is a number."""
    properties = schema_of(RequestRedirect)["properties"]
    assert properties["statusCode"] == {"type": "integer", "enum": [301, 302, 303, 307, 308]}
    assert properties["scheme"] == {"type": "string", "enum": ["http", "https"]}


def test_maps_have_values_of_a_type() -> None:
    """Keys are free, what stands behind them is not."""
    ports = schema_of(PeerAuthenticationSpec)["properties"]["portLevelMtls"]
    assert ports["additionalProperties"]["properties"]["mode"]["type"] == "string"


def test_what_is_carried_is_preserved() -> None:
    """A server would drop unknown fields that nobody told it to keep."""
    config = schema_of(WasmPluginSpec)["properties"]["pluginConfig"]
    assert config == {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    assert schema_of(DeploymentSpec)["x-kubernetes-preserve-unknown-fields"] is True


def test_a_number_or_a_share_is_both() -> None:
    """Kubernetes has a word of its own for that."""
    schema = schema_of(Wave)["properties"]["maxConcurrent"]
    assert schema["x-kubernetes-int-or-string"] is True
    assert "type" not in schema
