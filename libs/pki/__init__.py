"""Keys, certificates and identities of workloads: what is signed for whom, and for how long.

Pure apart from the keys themselves, which only the operating system's randomness may make. It may
not read files, clocks or networks, and nothing here puts a private key into a text for people.
"""
