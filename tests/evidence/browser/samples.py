"""What pages are made of in tests: markup that must stay text, and a small chart."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

MARKUP = "<script>window.injected = true</script><img src=x onerror='window.injected = true'>"


def drawn() -> bytes:
    """A white chart with one black line, as PNG."""
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).line([(20, 180), (380, 20)], fill="black", width=3)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
