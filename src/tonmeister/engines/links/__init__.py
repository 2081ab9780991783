"""Sound from an address: yt-dlp in a guarded process of its own."""
