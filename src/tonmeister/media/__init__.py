"""Files to sound, tags and pictures, and back."""
