"""Asks a Kubernetes API server about tokens of service accounts. It keeps and logs none."""
