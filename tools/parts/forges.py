"""What forges publish of their interfaces: descriptions, and examples of deliveries.

GitHub's come as packages of npm, Gitea's lies in the source of its server. GitLab and Bitbucket
publish none that can be had without asking their servers.
"""

import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.parts.missing import PartMissingError
from tools.sidewheels.fetch import cache_dir

FETCH_TIMEOUT_S: Final = 600
_GITHUB: Final = "@octokit/openapi@23.0.2"
_EXAMPLES: Final = "@octokit/webhooks-examples@7.6.1"
_GITEA: Final = "code.gitea.io/gitea@v1.25.1"
_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "github.json": (_GITHUB, "package/generated/api.github.com.json"),
    "deliveries.json": (_EXAMPLES, "package/api.github.com/index.json"),
}
_GITEA_FILE: Final = "templates/swagger/v1_json.tmpl"


def _place() -> Path:
    versions = (one.rpartition("@")[2] for one in (_GITHUB, _EXAMPLES, _GITEA))
    return cache_dir() / "-".join(["forges", *versions])


def folder() -> Path:
    """Give the folder with the descriptions; PartMissingError when they are not there."""
    place = _place()
    if not place.is_dir():
        raise PartMissingError("forges", "run ./dev parts, which fetches them with npm and go")
    return place


def fetch() -> None:
    """Fetch everything into the cache. Raises PartMissingError when a program is missing."""
    for program in ("npm", "go"):
        if shutil.which(program) is None:
            raise PartMissingError("forges", f"install {program}, then run ./dev parts")
    cache_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".forges-", dir=cache_dir()) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        for name, (package, member) in _FILES.items():
            (fresh / name).write_bytes(_packed(package, member, Path(scratch)))
        (fresh / "gitea.json").write_bytes(_module_file(Path(scratch)))
        fresh.rename(_place())


def _packed(package: str, member: str, scratch: Path) -> bytes:
    """Return one file of a package of npm; nothing of it runs."""
    said = _run(["npm", "pack", "--silent", "--ignore-scripts", package], scratch)
    with tarfile.open(scratch / said.strip().splitlines()[-1]) as archive:
        file = archive.extractfile(member)
        if file is None:
            raise PartMissingError("forges", f"{package} has no {member}")
        return file.read()


def _module_file(scratch: Path) -> bytes:
    said = json.loads(_run(["go", "mod", "download", "-json", _GITEA], scratch))
    return (Path(said["Dir"]) / _GITEA_FILE).read_bytes()


def _run(command: Sequence[str], place: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=place, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PartMissingError("forges", f"`{' '.join(command[:2])}` failed: {error}") from error
    return done.stdout
