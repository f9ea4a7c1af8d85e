"""The HTTP door for forges and people: deliveries in, pages out.

Believes nothing that is sent to it: a genuine delivery wakes services that look for themselves.
Knows no cluster and compiles nothing.
"""
