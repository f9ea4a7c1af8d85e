"""A real Envoy: where its binary is, how it is started, asked and stopped, what it would refuse.

Knows processes and the admin interface. It builds no configuration: that is `libs.envoy`'s work.
"""
