"""What a connection of gRPC says that its other end has shown."""

from collections.abc import Iterable, Mapping
from typing import Final

_OWN: Final = "x509_pem_cert"
_ALL: Final = "x509_pem_cert_chain"
Context = Mapping[str, Iterable[bytes]]


def shown_pem(context: Context) -> bytes:
    """Return the other end's own certificate, then what it has shown to vouch for it.

    Empty where nothing was shown. The library lists everything that was sent, whether it was
    needed or not; its own certificate is the one that it checked.
    """
    own = b"".join(context.get(_OWN, ()))
    everything = b"".join(context.get(_ALL, ()))
    return own + b"\n" + everything if own and everything else own
