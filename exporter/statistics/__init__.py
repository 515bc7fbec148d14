"""What the ledger's sums mean, as pure functions; `docs/statistics.md` tells the formulas."""
