"""`python -m tools.protogen`: bring the generated messages of this environment up to date."""

import sys

from tools.protogen.generate import GenerateError, ensure
from tools.sidewheels.fetch import FetchError

try:
    print("protogen: generated" if ensure() else "protogen: up to date")
except (GenerateError, FetchError) as error:
    sys.exit(f"protogen: {error}")
