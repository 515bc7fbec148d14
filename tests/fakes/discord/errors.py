"""What Discord answers with when it refuses."""


class DiscordError(Exception):
    """A refusal: HTTP status, Discord's own code, its words, and what else the answer carries."""

    def __init__(
        self, status: int, code: int, message: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def invalid_form() -> DiscordError:
    """A payload over one of the limits, or without what it needs."""
    return DiscordError(400, 50035, "Invalid Form Body")
