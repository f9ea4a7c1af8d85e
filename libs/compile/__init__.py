"""From objects and services to the Envoy resources of one proxy, with Istio's meaning.

Pure: a `World` and a `Proxy` in, a checked snapshot out. Parses no YAML, serves no stream, and
decides nothing by the time, by chance or by what other proxies have.
"""
