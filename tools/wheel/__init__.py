"""How the wheel `periplus` is put together, and the launcher that it starts with.

Nothing of the product imports this; it is used while building only.
"""
