"""Key and certificate on a disk, for hosts that were told to keep them over a restart."""

import os
from pathlib import Path

from libs.pki.errors import PkiError
from libs.pki.holding import Holding, holding
from libs.telemetry.logs import get_logger

CHAIN, KEY, ROOTS = "chain.pem", "key.pem", "roots.pem"
_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700


def keep(folder: Path, held: Holding) -> None:
    """Write the three files, for their owner alone. Raises OSError."""
    folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    for name, content in ((ROOTS, held.roots_pem), (KEY, held.key_pem), (CHAIN, held.chain_pem)):
        fresh = folder / f".{name}.new"
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(fresh, flags, _OWNER_ONLY), "wb") as file:
            file.write(content)
        fresh.replace(folder / name)


def kept(folder: Path, now_s: float) -> Holding | None:
    """Return what was kept, if it fits together and is still valid."""
    try:
        found = holding(*((folder / name).read_bytes() for name in (CHAIN, KEY, ROOTS)))
    except FileNotFoundError:
        return None
    except (OSError, PkiError) as error:
        get_logger().warning("kept certificate unusable", reason=str(error))
        return None
    return found if found.valid_until_s > now_s else None
