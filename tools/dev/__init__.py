"""What stands behind `./dev`: set-up, check, test, demo, bench, bazel, wheel, lock.

Each command only composes tools and prints what they say. Nothing here knows about meshes.
"""
