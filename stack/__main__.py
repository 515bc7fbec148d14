"""`python -m stack`: starts everything, prints where it is, and stops it all on Ctrl-C."""

import sys

from stack.app import prepare, run
from stack.errors import StackError


def main() -> int:
    """The exit code: 0 after an asked-for stop, 1 after any other end."""
    try:
        commands = prepare()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0  # Nothing runs yet, so there is nothing to stop.
    return run(commands)


if __name__ == "__main__":
    sys.exit(main())
