"""Pure sound: arrays in, arrays out. No files, no settings, no logging."""
