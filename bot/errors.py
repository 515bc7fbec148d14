"""Errors of the bot. Their texts are ours: they may be shown to a person as they are."""


class BotError(Exception):
    """Base of everything the bot raises on purpose."""


class StartError(BotError):
    """The bot cannot start; the text is one line naming what is wrong and where."""


class OutboxError(BotError):
    """The outbox could not be read or written; nothing of the attempted change was stored."""


class Unreachable(BotError):
    """A server gave no answer in time; each client has its own word for it."""


class ExporterError(BotError):
    """The exporter gave no usable answer."""


class ExporterDown(ExporterError):
    """The exporter could not be reached, or did not answer in time."""


class ExporterRefused(ExporterError):
    """The exporter answered with an error of its own; the text is its message."""

    def __init__(self, status: int, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class AlertmanagerDown(BotError):
    """Alertmanager could not be reached, or gave no usable answer."""


class PrometheusDown(BotError):
    """Prometheus could not be reached, or gave no usable answer."""


class NotAlertmanager(BotError):
    """A webhook body that is not an Alertmanager payload of version 4."""


class BotDown(BotError):
    """The bot could not be reached from the console, or gave no usable answer."""


class BotRefused(BotError):
    """The bot did not do what the console asked; the text says why."""
