"""Typed ids. Text is parsed into one of these once, at the border, and is never bare inside."""

from typing import NewType

SourceName = NewType("SourceName", str)
"""Name of a watched git repository, as the settings of the gitwatcher state it."""

SetName = NewType("SetName", str)
"""Name of a set of Fleet; the implicit set of a cluster folder is `clusters/<cluster name>`."""

ClusterName = NewType("ClusterName", str)
"""`metadata.name` of a Cluster."""

CommitId = NewType("CommitId", str)
"""Full lower-case hexadecimal id of a git commit."""

BlobId = NewType("BlobId", str)
"""Full lower-case hexadecimal id of a git blob."""

ObjectHash = NewType("ObjectHash", str)
"""Hexadecimal fingerprint of one configuration object's content, without its place in a file."""

TreeHash = NewType("TreeHash", str)
"""Hexadecimal fingerprint of the (path, blob) pairs of one set, with the parser's version."""

RevisionId = NewType("RevisionId", str)
"""Hexadecimal id of a Revision: fingerprint of everything that it means."""

PlanHash = NewType("PlanHash", str)
"""Hexadecimal hash of a plan: approvals and confirmations are for exactly this plan."""

ProxyId = NewType("ProxyId", str)
"""Node id of a proxy, such as `sidecar~10.0.0.1~pod.ns~ns.svc.cluster.local`."""

ClassKey = NewType("ClassKey", str)
"""Fingerprint of a proxy class: every proxy with this key has an equal view."""

TypeUrl = NewType("TypeUrl", str)
"""xDS type URL, such as `type.googleapis.com/envoy.config.cluster.v3.Cluster`."""

ResourceName = NewType("ResourceName", str)
"""Name of an Envoy resource within its type."""

Version = NewType("Version", str)
"""Fingerprint of one resource or of a whole snapshot, as sent to proxies."""

TraceParent = NewType("TraceParent", str)
"""W3C `traceparent` header value that carries one commit's trace between processes."""
