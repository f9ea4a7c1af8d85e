"""The Store over SQL: SQLite for one machine, PostgreSQL for many.

Knows tables, transactions and the two databases' manners. It may not interpret what it stores:
bodies are bytes, messages are sentences, and what follows from a change is for others to decide.
"""
