"""Why a play with the stack ended early."""


class CannotPlay(Exception):
    """The stack is not one to play with now; the text says why and what to do. Nothing was done."""


class StepFailed(Exception):
    """Something that must hold does not; the text says what was seen instead."""
