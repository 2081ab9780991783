"""Doors: projections of the capability registry, and nothing else."""
