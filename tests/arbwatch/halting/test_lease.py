"""The lease: permission that ends by itself."""

from arbwatch.control import LEASE_SECONDS
from arbwatch.halting.lease import Lease


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


def test_a_renewal_withdraws_what_it_does_not_name() -> None:
    """A halted venue stops at once; the others stay."""
    lease = Lease(lambda: 0.0)
    lease.renew(frozenset({"kalshi", "polymarket"}))

    lease.renew(frozenset({"polymarket"}))

    assert not lease.may_trade("kalshi")
    assert lease.may_trade("polymarket")


def test_the_lease_counts_from_the_question() -> None:
    """An answer that was long under way is worth what is left of its time."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])
    asked_at = lease.now()
    clock[0] = 10.0

    lease.renew(frozenset({"kalshi"}), asked_at=asked_at)

    assert lease.may_trade("kalshi")
    clock[0] = LEASE_SECONDS
    assert not lease.may_trade("kalshi")
