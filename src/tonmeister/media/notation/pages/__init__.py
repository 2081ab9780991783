"""Pages to look at: SVG drawn by Verovio from our MusicXML, and PDF made of it."""
