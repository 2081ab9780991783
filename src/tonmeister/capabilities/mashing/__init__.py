"""Mashing: songs taken apart and put together anew.

``plan`` holds the plan, ``params`` the contract.
"""

from __future__ import annotations

from typing import Any

CAPABILITIES: tuple[Any, ...] = ()
