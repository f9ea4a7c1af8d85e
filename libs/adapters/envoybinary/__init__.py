"""Runs an Envoy binary to have configuration judged. May not start one that serves."""
