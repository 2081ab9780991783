"""Doing the work: one piece in this process, many in worker processes; names no capability."""
