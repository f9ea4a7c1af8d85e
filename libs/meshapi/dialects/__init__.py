"""Kinds that meshes had before today's: their models, and what they mean in today's kinds.

Old objects are read as strictly as all others. Conversion is a pure function over the objects of
one set, because many old objects become one new one, and says object by object what it could not
carry over. Never widens a rule that it cannot express, never writes text, knows no cluster.
"""
