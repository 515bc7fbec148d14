"""The ledger: what happened, kept exactly, in one order."""
