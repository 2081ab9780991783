"""Vertical slices, strangers to each other; each sub-package declares its ``CAPABILITIES``."""
