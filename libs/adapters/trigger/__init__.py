"""What wakes a loop from outside: an HTTP door that only wakes, and the queue behind it.

Believes nothing that is sent. Knows no loop: what it wakes is a parameter.
"""
