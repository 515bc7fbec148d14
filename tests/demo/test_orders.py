"""The demo's own resting orders."""

from arbwatch.demo.orders import MAX_RESTING, OrderBook, RestingOrder


def test_at_most_three_orders_rest_and_one_a_pair() -> None:
    """Renewing takes no further place."""
    orders = OrderBook()

    for number in (0, 0, 1, 2, 3, 4):
        orders.rest(RestingOrder(f"p{number}", "kalshi", 10.0))

    assert orders.open_on("kalshi") == MAX_RESTING


def test_an_order_runs_out() -> None:
    """At its second it is gone."""
    orders = OrderBook()
    orders.rest(RestingOrder("p", "kalshi", 10.0))

    orders.expire(9.9)
    before = orders.open_on("kalshi")
    orders.expire(10.0)

    assert (before, orders.open_on("kalshi")) == (1, 0)
