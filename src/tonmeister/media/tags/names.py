"""One name for each field, and what every format calls it."""

from __future__ import annotations

_ALIASES = {
    "ALBUM ARTIST": "ALBUMARTIST",
    "ALBUM_ARTIST": "ALBUMARTIST",
    "YEAR": "DATE",
    "TRACK": "TRACKNUMBER",
    "TRACKNUM": "TRACKNUMBER",
    "TOTALTRACKS": "TRACKTOTAL",
    "TOTAL TRACKS": "TRACKTOTAL",
    "DISC": "DISCNUMBER",
    "DISK": "DISCNUMBER",
    "TOTALDISCS": "DISCTOTAL",
    "TOTAL DISCS": "DISCTOTAL",
    "UNSYNCEDLYRICS": "LYRICS",
    "UNSYNCED LYRICS": "LYRICS",
    "UPC": "BARCODE",
    "EAN": "BARCODE",
    "EAN/UPN": "BARCODE",
    "EAN/UPC": "BARCODE",
    "TEMPO": "BPM",
    "KEY": "INITIALKEY",
    "INITIAL KEY": "INITIALKEY",
    "MUSICBRAINZ ALBUM ID": "MUSICBRAINZ_ALBUMID",
    "MUSICBRAINZ ARTIST ID": "MUSICBRAINZ_ARTISTID",
    "MUSICBRAINZ ALBUM ARTIST ID": "MUSICBRAINZ_ALBUMARTISTID",
    "MUSICBRAINZ TRACK ID": "MUSICBRAINZ_TRACKID",
    "MUSICBRAINZ RELEASE TRACK ID": "MUSICBRAINZ_RELEASETRACKID",
    "MUSICBRAINZ RELEASE GROUP ID": "MUSICBRAINZ_RELEASEGROUPID",
    "MUSICBRAINZ WORK ID": "MUSICBRAINZ_WORKID",
}

MUSICBRAINZ_NAMES = {
    name: alias.title().replace("Musicbrainz", "MusicBrainz") for alias, name in _ALIASES.items() if "BRAINZ" in alias
}
"""What ID3 (TXXX) and MP4 (freeform) call the MusicBrainz fields, whose Vorbis names are written without spaces."""

# Gapless numbers and channel masks belong to the one encoding they came with.
_OF_THE_ENCODING = {"ITUNSMPB", "ITUNPGAP", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK", "LENGTH", "TLEN", "ENCODER_OPTIONS"}


def canonical_name(name: str) -> str:
    """Return the one upper-case name of a field; a name that nobody knows stays as it is, in upper case."""
    key = " ".join(name.replace("\0", " ").split()).upper()
    return _ALIASES.get(key, key)


def describes_encoding(name: str) -> bool:
    """Tell whether a field speaks of the source file's encoding, and would be untrue of any other file."""
    return name in _OF_THE_ENCODING


ID3_FRAMES = {
    "TIT1": "GROUPING",
    "GRP1": "GROUPING",
    "TIT2": "TITLE",
    "TIT3": "SUBTITLE",
    "TPE1": "ARTIST",
    "TPE2": "ALBUMARTIST",
    "TPE3": "CONDUCTOR",
    "TPE4": "REMIXER",
    "TALB": "ALBUM",
    "TDRC": "DATE",
    "TDOR": "ORIGINALDATE",
    "TORY": "ORIGINALDATE",
    "TDRL": "RELEASEDATE",
    "TCON": "GENRE",
    "TRCK": "TRACKNUMBER",
    "TPOS": "DISCNUMBER",
    "TCOM": "COMPOSER",
    "TEXT": "LYRICIST",
    "TCOP": "COPYRIGHT",
    "TPUB": "LABEL",
    "TSRC": "ISRC",
    "TBPM": "BPM",
    "TKEY": "INITIALKEY",
    "TENC": "ENCODEDBY",
    "TSSE": "ENCODER",
    "TLAN": "LANGUAGE",
    "TMED": "MEDIA",
    "TMOO": "MOOD",
    "TCMP": "COMPILATION",
    "TSOA": "ALBUMSORT",
    "TSOP": "ARTISTSORT",
    "TSOT": "TITLESORT",
    "TSO2": "ALBUMARTISTSORT",
    "TSOC": "COMPOSERSORT",
    "TSST": "DISCSUBTITLE",
    "TOAL": "ORIGINALALBUM",
    "TOPE": "ORIGINALARTIST",
    "TOLY": "ORIGINALLYRICIST",
    "TOFN": "ORIGINALFILENAME",
    "TOWN": "OWNER",
    "TPRO": "PRODUCEDNOTICE",
    "TRSN": "RADIOSTATION",
    "TRSO": "RADIOSTATIONOWNER",
    "MVNM": "MOVEMENTNAME",
    "MVIN": "MOVEMENT",
    "WOAR": "WEBSITE",
    "WCOP": "LICENSE",
    "WXXX": "URL",
}
"""ID3v2.3 and 2.4 frames by the field they hold."""

ID3_FRAME_BY_NAME = {name: frame for frame, name in ID3_FRAMES.items() if frame not in ("GRP1", "TORY")}

ID3_UNSAID = {"TLEN", "TSIZ", "TDTG", "TDEN", "TFLT", "TDLY"}
"""Frames about the source file itself, dropped without a word because every file has its own."""

ID3V22_FRAMES = {
    "TT1": "TIT1", "TT2": "TIT2", "TT3": "TIT3", "TP1": "TPE1", "TP2": "TPE2", "TP3": "TPE3", "TP4": "TPE4",
    "TAL": "TALB", "TYE": "TYER", "TDA": "TDAT", "TIM": "TIME", "TOR": "TORY", "TCO": "TCON", "TRK": "TRCK",
    "TPA": "TPOS", "TCM": "TCOM", "TXT": "TEXT", "TCR": "TCOP", "TPB": "TPUB", "TRC": "TSRC", "TBP": "TBPM",
    "TKE": "TKEY", "TEN": "TENC", "TSS": "TSSE", "TLA": "TLAN", "TMT": "TMED", "TCP": "TCMP", "TSA": "TSOA",
    "TSP": "TSOP", "TST": "TSOT", "TS2": "TSO2", "TSC": "TSOC", "TOT": "TOAL", "TOA": "TOPE", "TOL": "TOLY",
    "TOF": "TOFN", "TXX": "TXXX", "TLE": "TLEN", "TSI": "TSIZ", "TFT": "TFLT", "TDY": "TDLY", "COM": "COMM",
    "ULT": "USLT", "PIC": "APIC", "UFI": "UFID", "IPL": "IPLS", "WXX": "WXXX", "WAR": "WOAR", "WCP": "WCOP",
    "GP1": "GRP1", "MVN": "MVNM", "MVI": "MVIN",
}  # fmt: skip
"""The three-letter frames of ID3v2.2 by their later names."""

ID3_ROLES = {
    "ARRANGER": "arranger",
    "ENGINEER": "engineer",
    "PRODUCER": "producer",
    "DJMIXER": "DJ-mix",
    "MIXER": "mix",
}
"""The roles that ID3v2.4 lists as involved people (TIPL)."""

MP4_ATOMS = {
    b"\xa9nam": "TITLE",
    b"\xa9ART": "ARTIST",
    b"aART": "ALBUMARTIST",
    b"\xa9alb": "ALBUM",
    b"\xa9day": "DATE",
    b"\xa9gen": "GENRE",
    b"\xa9wrt": "COMPOSER",
    b"\xa9cmt": "COMMENT",
    b"cprt": "COPYRIGHT",
    b"\xa9lyr": "LYRICS",
    b"\xa9too": "ENCODER",
    b"\xa9enc": "ENCODEDBY",
    b"\xa9grp": "GROUPING",
    b"desc": "DESCRIPTION",
    b"sonm": "TITLESORT",
    b"soar": "ARTISTSORT",
    b"soaa": "ALBUMARTISTSORT",
    b"soal": "ALBUMSORT",
    b"soco": "COMPOSERSORT",
    b"\xa9wrk": "WORK",
    b"\xa9mvn": "MOVEMENTNAME",
}
"""The text atoms of an MP4 ``ilst`` by the field they hold; all other fields are freeform."""

INFO_CHUNKS = {
    b"INAM": "TITLE",
    b"IART": "ARTIST",
    b"IPRD": "ALBUM",
    b"IAAR": "ALBUMARTIST",
    b"ICRD": "DATE",
    b"IGNR": "GENRE",
    b"ITRK": "TRACKNUMBER",
    b"IPRT": "TRACKNUMBER",
    b"IMUS": "COMPOSER",
    b"IWRI": "LYRICIST",
    b"ICMT": "COMMENT",
    b"ICOP": "COPYRIGHT",
    b"IENG": "ENGINEER",
    b"IPRO": "PRODUCER",
    b"ISFT": "ENCODER",
    b"ITCH": "ENCODEDBY",
    b"IKEY": "KEYWORDS",
    b"ISBJ": "SUBJECT",
    b"ILNG": "LANGUAGE",
    b"IMED": "MEDIA",
    b"IBPM": "BPM",
    b"IARL": "ARCHIVALLOCATION",
    b"ICMS": "COMMISSIONED",
}
"""The chunks of a RIFF ``LIST INFO`` by the field they hold."""

INFO_CHUNK_BY_NAME = {name: chunk for chunk, name in INFO_CHUNKS.items() if chunk not in (b"IPRT", b"IAAR")}

BEXT_NAMES = (
    "DESCRIPTION", "ORIGINATOR", "ORIGINATOR_REFERENCE", "ORIGINATION_DATE", "ORIGINATION_TIME", "TIME_REFERENCE",
    "CODING_HISTORY",
)  # fmt: skip
"""The fields that a Broadcast Wave file holds in its ``bext`` chunk."""

GENRES = (
    "Blues", "Classic Rock", "Country", "Dance", "Disco", "Funk", "Grunge", "Hip-Hop", "Jazz", "Metal", "New Age",
    "Oldies", "Other", "Pop", "R&B", "Rap", "Reggae", "Rock", "Techno", "Industrial", "Alternative", "Ska",
    "Death Metal", "Pranks", "Soundtrack", "Euro-Techno", "Ambient", "Trip-Hop", "Vocal", "Jazz+Funk", "Fusion",
    "Trance", "Classical", "Instrumental", "Acid", "House", "Game", "Sound Clip", "Gospel", "Noise",
    "Alternative Rock", "Bass", "Soul", "Punk", "Space", "Meditative", "Instrumental Pop", "Instrumental Rock",
    "Ethnic", "Gothic", "Darkwave", "Techno-Industrial", "Electronic", "Pop-Folk", "Eurodance", "Dream",
    "Southern Rock", "Comedy", "Cult", "Gangsta", "Top 40", "Christian Rap", "Pop/Funk", "Jungle", "Native American",
    "Cabaret", "New Wave", "Psychedelic", "Rave", "Showtunes", "Trailer", "Lo-Fi", "Tribal", "Acid Punk", "Acid Jazz",
    "Polka", "Retro", "Musical", "Rock & Roll", "Hard Rock", "Folk", "Folk-Rock", "National Folk", "Swing",
    "Fast Fusion", "Bebop", "Latin", "Revival", "Celtic", "Bluegrass", "Avantgarde", "Gothic Rock",
    "Progressive Rock", "Psychedelic Rock", "Symphonic Rock", "Slow Rock", "Big Band", "Chorus", "Easy Listening",
    "Acoustic", "Humour", "Speech", "Chanson", "Opera", "Chamber Music", "Sonata", "Symphony", "Booty Bass", "Primus",
    "Porn Groove", "Satire", "Slow Jam", "Club", "Tango", "Samba", "Folklore", "Ballad", "Power Ballad",
    "Rhythmic Soul", "Freestyle", "Duet", "Punk Rock", "Drum Solo", "A Cappella", "Euro-House", "Dance Hall", "Goa",
    "Drum & Bass", "Club-House", "Hardcore", "Terror", "Indie", "BritPop", "Afro-Punk", "Polsk Punk", "Beat",
    "Christian Gangsta Rap", "Heavy Metal", "Black Metal", "Crossover", "Contemporary Christian", "Christian Rock",
    "Merengue", "Salsa", "Thrash Metal", "Anime", "JPop", "Synthpop", "Abstract", "Art Rock", "Baroque", "Bhangra",
    "Big Beat", "Breakbeat", "Chillout", "Downtempo", "Dub", "EBM", "Eclectic", "Electro", "Electroclash", "Emo",
    "Experimental", "Garage", "Global", "IDM", "Illbient", "Industro-Goth", "Jam Band", "Krautrock", "Leftfield",
    "Lounge", "Math Rock", "New Romantic", "Nu-Breakz", "Post-Punk", "Post-Rock", "Psytrance", "Shoegaze",
    "Space Rock", "Trop Rock", "World Music", "Neoclassical", "Audiobook", "Audio Theatre", "Neue Deutsche Welle",
    "Podcast", "Indie Rock", "G-Funk", "Dubstep", "Garage Rock", "Psybient",
)  # fmt: skip
"""The numbered genres of ID3v1 with the numbers that Winamp added, 0 to 191."""
assert len(GENRES) == 192
