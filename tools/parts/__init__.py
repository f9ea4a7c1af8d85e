"""Real parts for tests: Envoy, PostgreSQL, Zipkin, Jaeger, each started once a session.

Starts and stops programs and says how to get one that is missing. No test data, no clients.
"""
