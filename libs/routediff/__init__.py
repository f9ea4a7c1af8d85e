"""The exact difference of two views of one proxy: which calls come to another end, with examples.

Pure: resources of Envoy in, classes of calls out. Reads no configuration of users, knows no git and
no forge; what it does not understand or cannot finish it says, and never calls unchanged.
"""
