"""What can go wrong in the exporter, each with the status and code a client sees."""

from arbwatch.wire import WireError


class ExporterError(Exception):
    """Base of all; `message` is fit for a client: never input, SQL or a path."""

    status = 500
    code = "internal"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class StartError(ExporterError):
    """The service cannot start; the message names what and where."""


class FillConflict(ExporterError):
    """A fill id came again with other content; the first one stays."""

    status = 409
    code = "fill_conflict"


class LedgerUnavailable(ExporterError):
    """The ledger could not commit; nothing of the request was stored."""

    status = 503
    code = "ledger_unavailable"


class HaltNotStored(ExporterError):
    """A halt is in force in memory only, because the ledger could not commit it."""

    status = 503
    code = "halt_not_stored"


class UnknownVenue(ExporterError):
    """The venue is not one of those in the settings."""

    status = 404
    code = "unknown_venue"


class Unauthorized(ExporterError):
    """The call has no token, or one that is not known."""

    status = 401
    code = "unauthorized"

    def __init__(self) -> None:
        super().__init__("a valid token is needed: Authorization: Bearer <token>")


class Forbidden(ExporterError):
    """The call's token is known, and not for this."""

    status = 403
    code = "forbidden"

    def __init__(self, scope: str) -> None:
        super().__init__(f"the token lacks the scope {scope}")


class ForeignOrigin(ExporterError):
    """A web page of another origin made the call."""

    status = 403
    code = "foreign_origin"


class Incomplete(ExporterError):
    """The client left before its request was whole."""

    status = 400
    code = "incomplete"


class TooLarge(ExporterError):
    """The body or the batch is over its limit."""

    status = 413
    code = "too_large"


class UnsupportedMedia(ExporterError):
    """The Content-Type or Content-Encoding is not one the call takes."""

    status = 415
    code = "unsupported_media_type"


class Rejected(ExporterError):
    """The event says something impossible."""

    status = 422

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.code = code


def from_wire(error: WireError) -> ExporterError:
    """The same refusal as an answer: 400 for bytes that are no JSON, 413 for too many, else 422."""
    if error.code == "too_large":
        return TooLarge(error.message)
    rejected = Rejected(error.code, error.message, field=error.field)
    if error.is_malformed:
        rejected.status = 400
    return rejected
