"""CustomResourceDefinitions of all modelled kinds, generated from the models.

Prints or compares; it talks to no API server and knows no kind that `libs.meshapi` does not model.
"""
