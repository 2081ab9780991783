"""The doors: library and command line, both projections of what the capabilities declare."""
