"""Closed sets of label values: whatever an engine sends, the number of series stays bounded."""

from collections.abc import Callable, Iterable

OTHER = "other"

ERROR_KINDS = (
    "connection",
    "execution_timeout",
    "order_rejected",
    "one_legged",
    "stale_quote",
    "rate_limited",
    "halt_kept",
)


class ClosedSet:
    """Known values of one label; anything else becomes `other`, and `on_other` is told."""

    def __init__(self, values: Iterable[str], on_other: Callable[[int], None]) -> None:
        self._known = frozenset(values)
        self._on_other = on_other
        self.values = (*sorted(self._known), OTHER)

    def shown(self, value: str | None) -> str:
        """The label value that stands for `value`."""
        return value if value is not None and value in self._known else OTHER

    def counted(self, value: str | None, times: int = 1) -> str:
        """The same, and a value outside the set is counted."""
        if value is not None and value != OTHER and value not in self._known:
            self._on_other(times)
        return self.shown(value)
