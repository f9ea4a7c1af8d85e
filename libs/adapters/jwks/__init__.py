"""Fetches JSON Web Key Sets over HTTP, from addresses that users wrote.

It keeps no set and knows no policy. It never follows a redirect, never goes where a name leads
inside of the operator's network unless told so, and never repeats in an error what came back.
"""
