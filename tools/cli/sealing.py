"""`periplus seal` and `periplus seal-key`: Secrets that may stand in a repository."""

import os
import sys
from pathlib import Path

import yaml

from libs.kernel.messages import errors
from libs.meshapi.parse import parse_file
from libs.meshapi.secret import Secret
from tools.cli.errors import UnusableError
from tools.cli.sources import PathArgument, read_paths

_OWNER_ONLY = 0o600


def seal_key(*, private: Path, public: Path) -> int:
    """Make a pair of keys: the public one seals and may be shown, the private one opens.

    Parameters
    ----------
    private
        File to write the private key to; only the compiler reads it. It must not exist.
    public
        File to write the public key to; commit it beside the configuration.
    """
    from libs.adapters.sealing.keys import new_pair

    opens, seals = new_pair()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(private, flags, _OWNER_ONLY), "wb") as file:
            file.write(opens)
        public.write_bytes(seals)
    except OSError as error:
        raise UnusableError(f"{error.filename}: {error.strerror}") from error
    return 0


def seal(*paths: PathArgument, key: Path) -> int:
    """Print Secrets as SealedSecrets, which only the holder of the private key can open.

    Parameters
    ----------
    paths
        Files of Secrets, or - for standard input. Keep them out of the repository.
    key
        The public key, as `periplus seal-key` wrote it.
    """
    from libs.adapters.sealing.keys import SealingKeyError, public_key
    from libs.adapters.sealing.sealed import as_written
    from libs.adapters.sealing.sealed import seal as sealed

    try:
        public = public_key(key.read_bytes())
    except OSError as error:
        raise UnusableError(f"{key}: {error.strerror}") from error
    except SealingKeyError as error:
        raise UnusableError(f"{key}: {error}") from error
    made = [as_written(sealed(one, public)) for one in _secrets(paths)]
    sys.stdout.write(yaml.safe_dump_all(made, sort_keys=False, width=10_000))
    return 0


def _secrets(paths: tuple[str, ...]) -> list[Secret]:
    sources = read_paths(paths)
    found: list[Secret] = []
    for name, data in sources.files.items():
        parsed = parse_file(name, data)
        wrong = errors(parsed.messages)
        if wrong:
            raise UnusableError("; ".join(str(sources.as_given(one)) for one in wrong[:3]))
        found += [one.object for one in parsed.objects if isinstance(one.object, Secret)]
    if not found:
        raise UnusableError(f"{', '.join(paths)}: no Secret is there; name a file with one")
    return found
