"""The one error of this package: something an operator has to hear, said in one sentence."""


class LaunchError(Exception):
    """A start that cannot go on; the message is a whole sentence that says what to do."""
