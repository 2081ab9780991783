"""Pure music: notes in, notes out."""
