"""Every kind of configuration that a user writes, and how its text is read.

The frozen models here are the inside type as well: nobody copies them into a second model. Reads
bytes that it is given and never a file, never decides whether two objects fit each other (lint) or
what an Envoy gets (compile), and knows no cluster.
"""
