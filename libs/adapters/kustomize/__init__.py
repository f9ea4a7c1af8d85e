"""Runs a kustomize binary where it reaches nothing but a copy of the files that it shall read.

Knows processes, name spaces and limits of Linux. It decides nothing about what is rendered, reads
no configuration, and never runs a program without the jail.
"""
