"""Which services there are, with which endpoints: from Kubernetes objects and Istio's entries.

Pure: objects in, one `Registry` out. Knows no Envoy resource and no rule about routing, asks no
cluster and resolves no name.
"""
