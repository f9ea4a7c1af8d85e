"""The mark of the code that writes records: other code would read them otherwise."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path


def code_mark(folders: Iterable[Path], versions: Iterable[str] = ()) -> str:
    """Return a text that is another one whenever a Python file below `folders` is another one.

    `versions` are those of the libraries on which the meaning of records depends.
    """
    digest = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if "tests" not in path.relative_to(folder).parts:
                content = sha256(path.read_bytes()).digest()
                digest.update(str(path.relative_to(folder)).encode() + b"\0" + content)
    for version in versions:
        digest.update(version.encode() + b"\0")
    return digest.hexdigest()
