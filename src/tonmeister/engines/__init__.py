"""Brains we did not write, each behind a narrow face."""
