"""How the tests of this repository are run."""

load("@rules_python//python:defs.bzl", "py_test")

def pytest_test(name, src, deps = [], **kwargs):
    """Run one test file with pytest, with nothing on the import path but its dependencies.

    Args:
      name: name of the target.
      src: the test file.
      deps: what it imports.
      **kwargs: attributes of py_test.
    """
    py_test(
        name = name,
        srcs = [src, "//tools/bazel:pytest_main.py"],
        main = "//tools/bazel:pytest_main.py",
        args = ["$(location %s)" % src],
        data = ["//:pyproject.toml"],
        python_version = "PY3",
        deps = deps,
        **kwargs
    )
