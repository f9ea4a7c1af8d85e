"""Becomes `opentelemetry/__init__.py` of the private root.

`opentelemetry` has no initialiser of its own and is shared by many wheels, but `xds-protos` brings
one, which would hide the copy of `opentelemetry.proto` beside this file. This one shares.
"""

import pkgutil
from pathlib import Path

__path__ = pkgutil.extend_path([str(Path(__file__).parent)], __name__)
