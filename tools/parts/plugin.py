"""The pytest plugin behind the fixtures that are real parts, such as `envoy` and `postgres_url`.

Each starts once a session, at its first use. A part that is not there skips its tests with the
reason, counted at the end of the run; under `PERIPLUS_NO_SKIP=1` it fails them.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from tools.envoy.install import envoy_path
from tools.kubeapi import fleet as kubeapi
from tools.kubeapi.programs import ProgramMissingError, programs
from tools.kustomize import program as kustomize
from tools.parts import forges, grpcjs, istiomodels, postgres, prometheus, zipkin
from tools.parts import jaeger as jaeger_part
from tools.parts import pypy as pypy_part
from tools.parts.missing import PartMissingError, must_be_there
from tools.sidewheels.fetch import FetchError

T = TypeVar("T")

_MARK = "part missing: "


def pytest_configure() -> None:
    """Give property tests no deadline: a slow machine is no wrong program."""
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")


@pytest.fixture(scope="session")
def kustomize_binary() -> Iterator[Path]:
    """A kustomize."""
    yield from _started(_kustomize())


@pytest.fixture(scope="session")
def envoy() -> Iterator[Path]:
    """Path of the Envoy binary."""
    yield from _started(_envoy())


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a private PostgreSQL, `postgresql://postgres@127.0.0.1:PORT/postgres`."""
    yield from _started(postgres.running())


@pytest.fixture(scope="session")
def prometheus_binary() -> Iterator[Path]:
    """Path of a Prometheus; `tools.parts.prometheus.running` starts one."""
    yield from _started(_prometheus())


@pytest.fixture(scope="session")
def zipkin_url() -> Iterator[str]:
    """URL of a private Zipkin, without a path."""
    yield from _started(zipkin.running())


@pytest.fixture(scope="session")
def jaeger() -> Iterator[jaeger_part.Jaeger]:
    """Addresses of a private Jaeger."""
    yield from _started(jaeger_part.running())


@pytest.fixture(scope="session")
def pypy() -> Iterator[Path]:
    """Path of a PyPy for Python 3."""
    yield from _started(_pypy())


@pytest.fixture(scope="session")
def istio_models() -> Iterator[Path]:
    """Folder of validators that others made from Istio's own definitions."""
    yield from _started(_istio_models())


@pytest.fixture(scope="session")
def grpc_js() -> Iterator[Path]:
    """Folder with gRPC for JavaScript and its xDS client."""
    yield from _started(_grpc_js())


@pytest.fixture(scope="session")
def forge_descriptions() -> Iterator[Path]:
    """Folder of what forges publish of their interfaces."""
    yield from _started(_forge_descriptions())


@pytest.fixture(scope="session")
def kube_fleet() -> Iterator[kubeapi.Fleet]:
    """Real Kubernetes API servers, as many as tests start in it."""
    yield from _started(_kube_fleet())


@pytest.fixture(scope="session")
def kubectl() -> Iterator[Path]:
    """Path of a kubectl of the API servers' version."""
    yield from _started(_kubectl())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each missing part how many tests it kept from running."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("skipped"):
        if isinstance(report.longrepr, tuple) and _MARK in report.longrepr[2]:
            counts[report.longrepr[2].split(_MARK, 1)[1]] += 1
    for reason, count in sorted(counts.items()):
        terminalreporter.write_line(f"NOT TESTED, {count} skipped: {reason}", yellow=True)


@contextmanager
def _envoy() -> Iterator[Path]:
    try:
        path = envoy_path()
    except FetchError as error:
        raise PartMissingError("envoy", str(error)) from error
    yield path


@contextmanager
def _kube_fleet() -> Iterator[kubeapi.Fleet]:
    with ExitStack() as stack:
        try:
            fleet = stack.enter_context(kubeapi.running())
        except ProgramMissingError as error:
            raise PartMissingError("kubernetes", str(error)) from error
        yield fleet


@contextmanager
def _kubectl() -> Iterator[Path]:
    try:
        found = programs()
    except ProgramMissingError as error:
        raise PartMissingError("kubernetes", str(error)) from error
    yield found.kubectl


@contextmanager
def _pypy() -> Iterator[Path]:
    yield pypy_part.program()


@contextmanager
def _kustomize() -> Iterator[Path]:
    try:
        found = kustomize.program()
    except kustomize.ProgramMissingError as error:
        raise PartMissingError("kustomize", str(error)) from error
    yield found


@contextmanager
def _forge_descriptions() -> Iterator[Path]:
    yield forges.folder()


@contextmanager
def _grpc_js() -> Iterator[Path]:
    yield grpcjs.folder()


@contextmanager
def _prometheus() -> Iterator[Path]:
    yield prometheus.program()


@contextmanager
def _istio_models() -> Iterator[Path]:
    yield istiomodels.folder()


def _started(part: AbstractContextManager[T]) -> Iterator[T]:
    try:
        value = part.__enter__()  # only the start may count as missing
    except PartMissingError as error:
        if must_be_there():
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    try:
        yield value
    finally:
        part.__exit__(None, None, None)
