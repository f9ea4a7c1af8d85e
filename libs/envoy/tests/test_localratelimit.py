"""The local rate limit filter says no more than what differs from Envoy's own."""

from datetime import timedelta

from protogen.envoy.extensions.filters.http.local_ratelimit.v3 import local_rate_limit_pb2

from libs.envoy.localratelimit import Bucket, Counted, Settings, http_filter

_BUCKET = Bucket(5, 3, timedelta(seconds=1))


def _config(settings: Settings) -> local_rate_limit_pb2.LocalRateLimit:
    config = local_rate_limit_pb2.LocalRateLimit()
    assert http_filter("a", settings).typed_config.Unpack(config)
    return config


def test_a_bucket_for_every_request_needs_no_descriptor() -> None:
    """Size, refill and span are three numbers; 429 is not written."""
    config = _config(Settings(bucket=_BUCKET))
    assert config.token_bucket.max_tokens == 5
    assert config.token_bucket.tokens_per_fill.value == 3
    assert not config.HasField("status")
    assert not config.descriptors


def test_equal_keys_are_described_once() -> None:
    """Two ways to count under one key share its bucket; Envoy refuses a key twice."""
    one = Counted((), (("user", ""),), _BUCKET)
    config = _config(Settings(counted=[one, one], values_max=7))
    assert len(config.rate_limits) == 2
    assert len(config.descriptors) == 1
    assert config.max_dynamic_descriptors.value == 7


def test_what_is_not_enforced_still_counts() -> None:
    """A dry run looks at every request and refuses none."""
    config = _config(Settings(bucket=_BUCKET, enforced=False))
    assert config.filter_enabled.default_value.numerator > 0
    assert config.filter_enforced.default_value.numerator == 0


def test_another_status_is_written_by_its_number() -> None:
    """Envoy's enumeration has the numbers of HTTP."""
    assert _config(Settings(bucket=_BUCKET, status=503)).status.code == 503
