"""Draw the studio's icons from web/public/icons/icon.svg with Chromium: `python tools/build_icons.py`.

Names: icon-192.png and icon-512.png as drawn; maskable-512.png with the drawing in the inner 80 % on a full ground, so
that a system may cut it into any shape.
"""

from __future__ import annotations

import base64
import io
import shutil
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "web" / "public" / "icons"
GROUND = "#14171f"
ICONS = {"icon-192.png": (192, 1.0), "icon-512.png": (512, 1.0), "maskable-512.png": (512, 0.8)}


def main() -> int:
    """Draw all."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    drawing = base64.b64encode((FOLDER / "icon.svg").read_bytes()).decode()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (size, share) in ICONS.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            ground = GROUND if share < 1 else "transparent"
            page.set_content(
                f'<body style="margin:0;background:{ground};display:grid;place-items:center;height:100vh">'
                f'<img width="{size * share}" src="data:image/svg+xml;base64,{drawing}">'
            )
            page.wait_for_function("document.images[0].complete")
            shot = page.screenshot(omit_background=True)
            page.close()
            image = Image.open(io.BytesIO(shot)).quantize(64)
            image.save(FOLDER / name, optimize=True)
            print(f"{name}: {(FOLDER / name).stat().st_size} bytes")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
