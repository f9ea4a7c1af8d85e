"""Which failures eject an endpoint."""

import pytest
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster

from libs.compile.outliers import apply
from libs.meshapi.trafficpolicy import OutlierDetection


def _built(written: OutlierDetection) -> Cluster:
    built = Cluster()
    apply(built, written)
    return built


@pytest.mark.parametrize(("errors", "enforced"), [(0, 0), (1, 100), (7, 100)])
def test_zero_errors_switch_a_kind_off(errors: int, enforced: int) -> None:
    """Any other number is enforced always."""
    found = _built(OutlierDetection(consecutive_5xx_errors=errors)).outlier_detection
    assert found.consecutive_5xx.value == errors
    assert found.enforcing_consecutive_5xx.value == enforced


def test_the_old_word_counts_answers_of_gateways() -> None:
    """The newer field hides it."""
    old = OutlierDetection(consecutive_errors=3)
    both = OutlierDetection(consecutive_errors=3, consecutive_gateway_errors=5)
    counts = [
        _built(one).outlier_detection.consecutive_gateway_failure.value for one in (old, both)
    ]
    assert counts == [3, 5]


def test_few_healthy_endpoints_are_no_reason_to_ask_failing_ones() -> None:
    """Envoy's panic is off until a share of healthy endpoints is written."""
    assert _built(OutlierDetection()).common_lb_config.HasField("healthy_panic_threshold")
    written = _built(OutlierDetection(min_health_percent=30)).common_lb_config
    assert written.healthy_panic_threshold.value == 30
