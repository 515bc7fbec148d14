"""Why a figure could not be measured."""


class BenchError(Exception):
    """A figure cannot be measured; the text says why, for the person who started it."""
