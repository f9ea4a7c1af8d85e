"""What a cluster looks like now: its objects as seen, who owns which of their fields, their health.

Reads nothing itself and decides nothing: values that others observed come in, answers about them
go out. Knows neither what the cluster should have nor who wants it.
"""
