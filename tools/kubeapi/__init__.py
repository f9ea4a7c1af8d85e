"""Real Kubernetes API servers for tests: built from their Go module, run as fleets over one etcd.

There are no controllers, nodes or schedulers behind them: nothing finishes the deletion of a
namespace, makes Pods of a Deployment or collects garbage. Product code never imports this package.
"""
