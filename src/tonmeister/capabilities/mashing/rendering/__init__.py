"""Rendering: a plan becomes sound. Clips are placed, sections made one by one and joined."""
