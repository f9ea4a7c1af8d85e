"""TLS of a gRPC server whose certificate and roots change while it runs."""

from collections.abc import Callable

import grpc

from libs.pki.holding import Holding


def server_credentials(current: Callable[[], Holding], *, clients: bool) -> grpc.ServerCredentials:
    """Show what `current` returns at each handshake; it must not raise and be quick.

    `clients` demands a certificate that the roots of the same moment vouch for; without it none is
    asked for.
    """
    known = current()

    def changed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal known
        now = current()
        if now is known:
            return None
        known = now
        return _configuration(now)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(known),
        changed,  # type: ignore[arg-type]  # None means that nothing has changed
        require_client_authentication=clients,
    )


def _configuration(held: Holding) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(held.key_pem, held.chain_pem)], root_certificates=held.roots_pem
    )
