"""Names under which clusters count, where a mesh wants others than the clusters' own."""

from libs.compile.target import Outbound
from libs.compile.trafficpolicies import NOTHING
from libs.registry.build import Instance
from libs.registry.service import Service


def outbound_name(pattern: str, one: Outbound) -> str:
    """Fill in Istio's variables, such as `%SERVICE%_%SERVICE_PORT%`; no pattern is no name."""
    subset = one.name.split("|")[2] if "|" in one.name else ""
    values = {
        "%SERVICE%": _short(one.service),
        "%SERVICE_NAME%": one.service.hostname.partition(".")[0],
        "%SERVICE_FQDN%": one.service.hostname,
        "%SERVICE_PORT%": str(one.port.number),
        "%SERVICE_PORT_NAME%": one.port.name,
        "%TARGET_PORT%": str(one.port.target_port),
        "%SUBSET_NAME%": subset,
    }
    for variable, value in values.items():
        pattern = pattern.replace(variable, value)
    return pattern


def inbound_name(pattern: str, one: Instance) -> str:
    """Fill in Istio's variables for a port of the workload itself."""
    port = one.port
    cluster = Outbound("", one.service, port, {}, NOTHING, None)
    return outbound_name(pattern.replace("%TARGET_PORT%", str(one.number)), cluster)


def _short(service: Service) -> str:
    """Return `name.namespace` of a Kubernetes service, the host of any other."""
    if not service.kubernetes:
        return service.hostname
    return f"{service.hostname.partition('.')[0]}.{service.namespace}"
