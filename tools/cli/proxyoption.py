"""The option `--proxy`: JSON, or a file that holds it."""

from pathlib import Path

from libs.compile.proxy import Proxy, ProxyError, proxy_from_json
from tools.cli.errors import UnusableError


def read_proxy(text: str) -> Proxy:
    """Read a proxy. Raises UnusableError with the file's name, where there is one."""
    inline = text.lstrip().startswith("{")
    where = "--proxy" if inline else text
    try:
        return proxy_from_json(text if inline else Path(text).read_bytes())
    except OSError as error:
        raise UnusableError(
            f"--proxy {text}: {error.strerror}; write JSON or the name of a file that holds it"
        ) from error
    except ProxyError as error:
        raise UnusableError(f"{where}: {error}") from error
