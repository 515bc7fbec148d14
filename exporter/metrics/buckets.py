"""Bucket bounds of the histograms, each around the limits and figures that matter for it."""

EDGE_CENTS = (-20, -10, -5, -2, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 10)
COST_CENTS = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20)
# Slippage can be in one's favour. 0 itself is a bucket, since most paper fills pay none.
SLIPPAGE_CENTS = (-1, -0.5, *COST_CENTS)
RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
LIFETIME_SECONDS = (0.5, 1, 2, 5, 10, 20, 60, 300, 1800, 3600, 14400)
SIZE_USD = (5, 10, 25, 50, 100, 150, 200, 250, 500, 1000, 5000)
PNL_USD = (-50, -20, -10, -5, -2, -1, 0, 0.5, 1, 2, 5, 10, 20, 50)
EXPOSURE_USD = (50, 100, 250, 500, 1000, 2000, 3000, 4000, 5000, 10000)
HEDGE_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 5, 10)
FEED_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2, 5, 10, 30)
COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)
