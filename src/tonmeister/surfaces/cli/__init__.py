"""The command line, projected from the declarations."""
