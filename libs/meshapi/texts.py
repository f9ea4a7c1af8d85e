"""Texts with a limit or a spelling that several kinds share."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import SORTED

NonEmpty = Annotated[str, Field(min_length=1)]
"""A text that says something."""

NonEmptyTexts = tuple[NonEmpty, ...]
"""A list whose items all say something."""

GroupName = Annotated[str, Field(max_length=253, pattern=patterns.GROUP)]
"""An API group; the core group is empty."""

KindName = Annotated[str, Field(min_length=1, max_length=63, pattern=patterns.KIND)]
"""A kind of object."""

ObjectName = Annotated[str, Field(min_length=1, max_length=253)]
"""The name of an object of any kind."""

NamespaceName = Annotated[str, Field(min_length=1, max_length=63, pattern=patterns.DNS_LABEL)]
"""The name of a namespace."""

SectionName = Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.DNS_NAME)]
"""The name of a part of an object, such as a listener of a gateway."""

LabelValue = Annotated[str, Field(max_length=63)]
"""A label's value by its length; its spelling is a rule."""

MatchLabels = Annotated[Mapping[str, LabelValue], SORTED, Field(max_length=4096)]
"""Labels that a policy selects by."""

WorkloadLabels = Annotated[Mapping[str, LabelValue], SORTED, Field(max_length=256)]
"""Labels that a workload is selected by."""

Options = Annotated[
    Mapping[str, Annotated[str, Field(max_length=4096)]], SORTED, Field(max_length=16)
]
"""Settings of an implementation, under names of its own."""
