"""What may be fetched from the network, as the one who runs the program allows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LinkRules:
    """Bounds of fetching sound from an address; off unless switched on.

    Attributes
    ----------
    is_on
        Whether anything may be fetched at all.
    hosts
        The hosts that may be named, each with its subdomains; empty: every public host.
    extractors
        The ways of finding sound behind an address, by yt-dlp's names (regular expressions).
    max_mb, max_duration_s, max_wait_s
        Bounds of one fetch: size of the file, length of the sound, time that it may take.
    open_addresses
        Addresses (``host:port``) that may be reached although they are not public: for tests and own servers.
    """

    is_on: bool = False
    hosts: tuple[str, ...] = ()
    extractors: tuple[str, ...] = ("generic", "html5")
    max_mb: int = 200
    max_duration_s: float = 900.0
    max_wait_s: float = 300.0
    open_addresses: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> LinkRules:
        """Return the rules that were written as data."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**given)
