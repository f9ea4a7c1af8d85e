"""`periplus up`: all services on one machine, as children of one small parent.

Starts, restarts and stops processes. It holds no state of the fleet and imports no service: what it
knows of a service is its module name and its environment variables.
"""
