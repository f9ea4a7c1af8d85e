"""The one way in which a command says that its input is unusable."""


class UnusableError(Exception):
    """Input or usage that nothing can be done with: one clear sentence, exit status 2."""
