"""Which fields a run has to show."""

from tests.agree.inventory import known, wanted, written
from tests.agree.notshown import NOT_SHOWN


def test_what_no_call_shows_is_a_field_that_has_an_effect() -> None:
    """An exemption of a field that is gone, or that has no effect yet, says nothing."""
    assert NOT_SHOWN.keys() - known() == set()
    assert wanted() | NOT_SHOWN.keys() == known()


def test_fields_are_found_wherever_their_model_stands() -> None:
    """In lists, by name, as words of an enumeration, and as ways to match a text."""
    spec = {
        "hosts": ["a"],
        "http": [{"match": [{"headers": {"x-a": {"exact": "1"}, "x-b": {}}}]}],
    }
    found = written("VirtualService", spec)
    assert {"VirtualServiceSpec.hosts", "HTTPRoute.match"} <= found
    assert {"HTTPMatchRequest.headers.exact", "HTTPMatchRequest.headers.present"} <= found
    tags = {"tracing": [{"customTags": {"one": {"literal": {"value": "a"}}}}]}
    assert {"CustomTag.literal", "LiteralTag.value"} <= written("Telemetry", tags)
    assert "InboundTrafficPolicy.mode LOCALHOST" in written(
        "MeshConfig", {"inboundTrafficPolicy": {"mode": "LOCALHOST"}}
    )
