"""Written music as files: MIDI, Guitar Pro, MusicXML, alphaTex, tab as text, ChordPro, JSON."""
