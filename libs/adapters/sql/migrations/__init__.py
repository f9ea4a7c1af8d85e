"""How a database gets from nothing to the tables of today, one version behind the other.

Read by alembic by path. May import nothing of ours: an old version has to keep meaning what it
meant, whatever the tables of today look like.
"""
