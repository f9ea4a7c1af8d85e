"""Which workloads or gateways a policy is for."""

from typing import Annotated

from pydantic import Field

from libs.meshapi.base import Model
from libs.meshapi.texts import GroupName, KindName, ObjectName


class PolicyTarget(Model):
    """An object of the policy's own namespace: a Gateway, a Service, a ServiceEntry or a class."""

    group: GroupName = ""
    kind: KindName
    name: ObjectName
    namespace: str = ""


PolicyTargets = Annotated[tuple[PolicyTarget, ...], Field(max_length=16)]
"""Objects that a policy is attached to."""
