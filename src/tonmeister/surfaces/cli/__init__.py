"""The command line, generated from the declarations."""
