"""Build hook of hatchling: the C kernels go into wheels, the browser studio and the models into source archives too."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by its name while they are made
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


kernels = _tool("build_kernels")
models = _tool("fetch_models")
web = _tool("build_web")


class TonmeisterBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compile before packing, and mark the wheel as belonging to this platform."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a compiler and for Node only where the machine has none and they are needed."""
        wanted = []
        if self.target_name == "wheel" and not kernels.find_compiler():
            wanted.append("ziglang")
        if not (web.is_left_out() or web.is_fresh() or web.find_npm()):
            wanted.append(web.NODE_WHEEL)
        if models.missing() and not models.has_pip():
            wanted.append("pip")
        return wanted

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build."""
        self._build_page(version)
        self._fetch_models(version)
        if self.target_name == "wheel":
            kernels.build_kernels()
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _build_page(self, version: str) -> None:
        if web.is_left_out():
            self.app.display_warning("TONMEISTER_WITHOUT_WEB is set: packed without the page in the browser.")
            return
        try:
            web.build_web()
        except web.WebBuildError as error:
            # a checkout works without its page, and the server says how to build it; what is packed must be whole
            if version != "editable":
                raise
            self.app.display_warning(str(error))

    def _fetch_models(self, version: str) -> None:
        try:
            models.fetch_models()
        except models.ModelFetchError as error:
            # as with the page: a checkout says what is missing when it is needed, what is packed must be whole
            if version != "editable":
                raise
            self.app.display_warning(str(error))
