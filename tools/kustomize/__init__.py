"""Builds the kustomize that tests render with. It runs nothing: that is the adapter's."""
