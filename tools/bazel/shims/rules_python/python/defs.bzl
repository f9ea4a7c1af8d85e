"""The rules under the name that newer Bazels load them by; Bazel 4 has them built in."""

py_binary = native.py_binary
py_library = native.py_library
py_test = native.py_test
