"""Benchmarks: telic beside its peers, measured in one command."""
