"""Reads what an istiod says of its proxies. Changes nothing there, and shows nobody a token."""
