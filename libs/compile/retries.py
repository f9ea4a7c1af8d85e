"""Retries of a rule, else of the mesh, else Istio's own."""

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.envoy import retry
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.virtualservice import HTTPRetry


def policy(
    written: HTTPRetry | None, mesh: MeshSettings, *, hashed: bool = False
) -> rc.RetryPolicy | None:
    """Return what is tried again, None when nothing is.

    A request that is `hashed` to an endpoint stays with it, unless the rule says otherwise.
    """
    chosen = written if written is not None else mesh.default_http_retry_policy
    if chosen is None:
        return retry.policy(retry.DEFAULT_ATTEMPTS, ignore_previous_hosts=not hashed)
    if chosen.attempts == 0:
        return None
    others = chosen.retry_ignore_previous_hosts
    return retry.policy(
        chosen.attempts,
        chosen.retry_on,
        per_try_timeout=chosen.per_try_timeout,
        backoff=chosen.backoff,
        ignore_previous_hosts=not hashed if others is None else others,
        remote_localities=chosen.retry_remote_localities is True,
    )
