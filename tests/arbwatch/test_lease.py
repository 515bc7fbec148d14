"""The lease: permission that ends by itself."""

from arbwatch.lease import LEASE_SECONDS, Lease


def test_the_lease_lapses_without_renewal() -> None:
    """15 seconds after the exporter was last heard, nothing may trade."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])
    lease.renew(frozenset({"kalshi"}))

    clock[0] = LEASE_SECONDS - 0.1
    assert lease.may_trade("kalshi")
    assert not lease.may_trade("polymarket")

    clock[0] = LEASE_SECONDS
    assert not lease.may_trade("kalshi")


def test_a_stopped_venue_waits_for_the_next_renewal() -> None:
    """One venue can be withdrawn at once; the others stay."""
    lease = Lease(lambda: 0.0)
    lease.renew(frozenset({"kalshi", "polymarket"}))

    lease.stop("kalshi")

    assert not lease.may_trade("kalshi")
    assert lease.may_trade("polymarket")
