"""Istio's MeshConfig and MeshNetworks: settings of a whole mesh, in files of their own or in Fleet.

Holds models and reads bytes; it decides nothing about what a setting does.
"""
