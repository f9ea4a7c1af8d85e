"""The HTTP door for forges and people: deliveries and orders in, pages and boards out.

Believes nothing that is sent to it: a genuine delivery wakes services that look for themselves.
Knows no cluster and compiles nothing.
"""
