"""`periplus demo`: a whole small fleet on one machine that lives through a story of real pushes.

It drives the product only through what users have: a git remote, the command line's `up`, Envoys
and their traffic; it reads results from the Store. No product code may import it.
"""
