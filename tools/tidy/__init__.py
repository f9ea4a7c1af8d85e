"""Checks that no general tool makes: sizes, tests beside modules, BUILD files, words, links.

Reads files and reports findings; with `--fix` it writes BUILD files and nothing else. It never
imports the code that it judges.
"""
