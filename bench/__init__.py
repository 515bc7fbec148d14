"""Benchmarks: what Arbwatch does beside what users would pick instead, in the same run."""
