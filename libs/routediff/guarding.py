"""Ways in with and without the policies that guard them."""

from collections.abc import Iterable, Sequence
from typing import Final

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.matchsets import letters
from libs.matchsets.expressions import Chain, Choice, Expression, Letter, Repeat, exact
from libs.routediff.literals import Entry
from libs.routediff.outlets import UNLISTED_PORT
from libs.routediff.sides import Manager
from libs.routediff.values import Surroundings
from libs.routediff.verdicts import is_policy
from libs.routing.call import Call
from libs.routing.filters import opened, type_of

_ASKING: Final = ext_authz_pb2.ExtAuthz.DESCRIPTOR.full_name
_JWT: Final = config_pb2.JwtAuthentication.DESCRIPTOR.full_name
_TLS: Final = tls_pb2.DownstreamTlsContext.DESCRIPTOR.full_name
_NAME: Final = Repeat(Letter(letters.of("abcdefghijklmnopqrstuvwxyz0123456789-.")), 1)
_ANYBODY: Final = Repeat(Letter(letters.ALL & ~letters.of(" ")), 1)
_WORKLOAD: Final = (exact("ns/"), _NAME, exact("/sa/"), _NAME)


def policies_of(manager: Manager) -> Sequence[hcm_pb2.HttpFilter]:
    """Return the filters of policies that act."""
    return [one for one in manager.http_filters if is_policy(one) and not one.disabled]


def without_policies(manager: Manager) -> Manager:
    """Return a connection manager less its policies.

    Where another service is asked, which rules say when, they stay: they are more than a verdict.
    """
    if any(type_of(one.typed_config) == _ASKING for one in manager.http_filters):
        return manager
    found = Manager()
    found.CopyFrom(manager)
    del found.http_filters[:]
    found.http_filters.extend(one for one in manager.http_filters if not is_policy(one))
    return found


def guards_of(chain: lc.FilterChain | None) -> Sequence[lc.Filter]:
    """Return the policies about bare connections."""
    return [one for one in chain.filters if is_policy(one)] if chain is not None else []


def unguarded(chain: lc.FilterChain | None) -> bytes:
    """Return all of a chain but its policies and its name, to compare."""
    found = lc.FilterChain()
    if chain is not None:
        found.CopyFrom(chain)
        del found.filters[:]
        found.filters.extend(one for one in chain.filters if not is_policy(one))
        found.ClearField("name")
    return found.SerializeToString(deterministic=True)


def entry(call: Call, chain: lc.FilterChain | None, manager: Manager | None) -> Entry:
    """Say of all calls that come in like one what policies may ask."""
    verified = chain is not None and type_of(chain.transport_socket.typed_config) == _TLS
    return Entry(
        call,
        verified=verified,
        direct=manager is None or manager.use_remote_address.value,
        behind=manager is not None and bool(manager.xff_num_trusted_hops),
        listed=call.port != UNLISTED_PORT,
        tokens=manager is not None and any(map(_reads_tokens, manager.http_filters)),
    )


def _reads_tokens(one: hcm_pb2.HttpFilter) -> bool:
    return type_of(one.typed_config) == _JWT and not one.disabled


def surroundings(
    chains: Iterable[lc.FilterChain | None], managers: Iterable[Manager]
) -> Surroundings:
    """Say what is known of the calls of two ways in."""
    both = list(managers)
    names = dict.fromkeys(prefix for one in chains if one for prefix in _prefixes(one))
    callers: Expression = Choice(tuple(Chain((exact(one), *_WORKLOAD)) for one in names))
    return Surroundings(
        normalized=any(one.normalize_path.value for one in both),
        merged=any(one.merge_slashes for one in both),
        callers=callers if names else _ANYBODY,
    )


def _prefixes(chain: lc.FilterChain) -> list[str]:
    """Return how the names of callers begin that the mesh's TLS takes."""
    packed: AnyMessage = chain.transport_socket.typed_config
    if type_of(packed) != _TLS:
        return []
    common = opened(packed, tls_pb2.DownstreamTlsContext).common_tls_context
    stated = common.combined_validation_context.default_validation_context
    if not common.HasField("combined_validation_context"):
        stated = common.validation_context
    return [one.matcher.prefix for one in stated.match_typed_subject_alt_names]
