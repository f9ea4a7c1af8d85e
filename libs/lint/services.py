"""Services: a proxy reads a port's protocol from its name, where nothing else says it."""

from collections.abc import Iterator

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.service import Service, ServicePort
from libs.registry.protocols import named_protocol


def check(_view: ClusterView, one: Subject[Service]) -> Iterator[Finding]:
    """Find TCP ports of a Service whose protocol is not known."""
    for index, port in enumerate(one.object.spec.ports):
        if one.object.spec.type != "ExternalName" and not _says_protocol(port):
            shown = f"`{port.name}`" if port.name else f"{port.port} without a name"
            text = (
                f"port {shown} says no protocol and is treated as TCP; "
                "name it such as `http` or `http-web`, or write `appProtocol`"
            )
            yield report(rules.PORT_NAME, one, ("spec", "ports", index), text)


CHECKS = (each(Service, check),)


def _says_protocol(port: ServicePort) -> bool:
    if port.protocol != "TCP":
        return True
    if port.app_protocol is not None:
        return named_protocol(port.app_protocol) is not None
    word = port.name.partition("-")[0]
    return named_protocol(word) is not None or port.name.startswith("grpc-web")
