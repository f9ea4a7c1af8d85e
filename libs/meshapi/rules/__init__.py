"""Rules of one object by itself that a type cannot say: what excludes what, how names are spelt.

One module per kind, each a pure function from a model to problems with paths. Never looks at a
second object (that is lint) and never at the text.
"""
