"""Why a start failed, in one line."""


class StackError(Exception):
    """The stack cannot start; the message is one line that names what is wrong and what to do."""
