"""What the bot says of commands that came too late."""

import re
import time

_LATE = re.compile(r"came (\d+) s late")


class Lateness:
    """Compares ages that grow while a test goes on, from when this was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def as_sent(self, text: str, *ages: int) -> str:
        """A text with the ages that commands had when they were sent, if those it tells are true.

        What was on its way for a while came later than it was sent.
        """
        told = [int(seconds) for seconds in _LATE.findall(text)]
        longest = time.monotonic() - self._began + 0.5  # They are told rounded.
        assert len(told) == len(ages), text
        for seconds, age in zip(told, ages, strict=True):
            assert age <= seconds <= age + longest, text
        sent = iter(ages)
        return _LATE.sub(lambda _: f"came {next(sent)} s late", text)
