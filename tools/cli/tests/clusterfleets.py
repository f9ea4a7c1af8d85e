"""Fleets for tests, as their files."""

FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec: {sets: []}
"""
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec: {connection: {%s}}
"""
