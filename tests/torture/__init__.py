"""The long forms of the fault tests: `make torture`. Deselected everywhere else."""
