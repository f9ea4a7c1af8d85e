"""What Envoy does with one call, read from Envoy resources alone, of any control plane.

May not guess: whatever it does not understand makes the answer "not decided" and is named. May not
know how resources are compiled, start anything, or read the clock, the network or files.
"""
