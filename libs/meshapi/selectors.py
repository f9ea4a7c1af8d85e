"""Label selectors as Kubernetes writes them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from libs.meshapi.base import Model, StringMap
from libs.meshapi.texts import MatchLabels


class Requirement(Model):
    """One condition on one label."""

    key: Annotated[str, Field(min_length=1)]
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Say whether `labels` satisfy it. An absent label is `NotIn` anything."""
        if self.operator == "Exists":
            return self.key in labels
        if self.operator == "DoesNotExist":
            return self.key not in labels
        return (labels.get(self.key) in self.values) == (self.operator == "In")


class LabelSelector(Model):
    """All conditions hold together; none at all selects everything."""

    match_labels: StringMap = Field(default_factory=dict)
    match_expressions: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Say whether `labels` are selected."""
        return all(labels.get(key) == value for key, value in self.match_labels.items()) and all(
            requirement.matches(labels) for requirement in self.match_expressions
        )


class WorkloadSelector(Model):
    """Workloads that carry all of these labels."""

    match_labels: MatchLabels = Field(default_factory=dict)
