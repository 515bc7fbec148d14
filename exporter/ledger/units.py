"""Units of the ledger: whole micro-dollars and whole microseconds, so that sums are exact."""

from datetime import UTC, datetime, timedelta

MICROUSD_PER_CENT = 10_000
MICROUSD_PER_USD = 1_000_000
MICROSECONDS_AN_HOUR = 3_600_000_000
MICROSECONDS_A_DAY = 24 * MICROSECONDS_AN_HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC; a float of this size is off by less than half of one."""
    return round(moment.timestamp() * 1_000_000)


def moment(timestamp_us: int) -> datetime:
    """The inverse of `microseconds`."""
    return EPOCH + timedelta(microseconds=timestamp_us)


def from_cents(cents: float) -> int:
    """Cents to whole micro-dollars, rounded half to even: exact for up to 4 decimals."""
    return round(cents * MICROUSD_PER_CENT)


def to_cents(microusd: int) -> float:
    """Micro-dollars to cents, for showing."""
    return microusd / MICROUSD_PER_CENT


def to_usd(microusd: int) -> float:
    """Micro-dollars to dollars, for showing."""
    return microusd / MICROUSD_PER_USD
