"""Doing the work: supervisors, the processes that they have do it, and the ways by which steps reach machines."""
