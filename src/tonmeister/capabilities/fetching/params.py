"""The public contract of fetching: parameters and results."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result


class FetchParams(Params):
    """Fetch the sound behind an address, for material that you hold the rights to.

    Off until the one who runs the program switches it on. Bounds of size, length, time and reach are settings.
    """

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    """Address of a sound file, or of a page that plays one."""
    i_hold_the_rights: bool = False
    """Say that you may copy this material. The site's terms may forbid it all the same; your word is recorded."""


class FetchResult(Result):
    """What was fetched, and on whose word."""

    file: AssetRef
    """The sound file, as it was delivered."""
    url: str
    """Where it came from."""
    title: str | None
    """What the page called it."""
    artist: str | None
    """Whom the page named."""
    size_mb: float
    """Size of the file in MB (1 MB is 1,048,576 bytes)."""
    found_by: str
    """How the sound was found behind the address."""
    rights_confirmed_at: str
    """When the right to copy it was claimed (UTC)."""
    notice: str
    """What was agreed to."""

    def digest(self) -> Digest:
        """Return one row, and the notice."""
        return Digest(
            columns=("title", "size", "from"),
            rows=((self.title or "–", f"{self.size_mb:.1f} MB", self.url),),
            sentences=(self.notice,),
            title="Fetched",
        )
