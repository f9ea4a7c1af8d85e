"""`periplus crds`: the CustomResourceDefinitions to install."""

import sys

import yaml

from tools.crds.definition import defined_kinds, definition

__all__ = ["crds", "to_yaml"]


def crds(*, all_kinds: bool = False) -> int:
    """Print the CustomResourceDefinitions of Periplus' own kinds as YAML.

    Args:
        all_kinds: Those of Istio and of the Gateway API as well, as far as they are read here.
    """
    sys.stdout.write(to_yaml(own_only=not all_kinds))
    return 0


def to_yaml(*, own_only: bool) -> str:
    """Return the definitions, one document each, in the order of the kinds' names."""
    models = sorted(
        defined_kinds(own_only=own_only), key=lambda model: (model.GROUP, model.__name__)
    )
    return yaml.dump_all(
        map(definition, models),
        Dumper=_Dumper,
        explicit_start=True,
        sort_keys=False,
        width=100,
        allow_unicode=True,
    )


class _Dumper(yaml.SafeDumper):
    """Writes every schema out: an API server takes no aliases that it has not made itself."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML asks for each value
        """Write a value out wherever it is used."""
        return True
