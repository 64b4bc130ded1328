"""Figures on pages: in few bytes, the same each time, photographs as they are."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.evidence.pictures import Picture, data_uri
from benchmarks.evidence.report.index import index_html


def png(pixels):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def shown(picture):
    kind, _, text = data_uri(picture).partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(text))) as image:
        return np.asarray(image.convert("RGB"), dtype=int), len(text)


@pytest.fixture
def chart():
    """Lines of two colours on white, with the soft edges that drawing programs make."""
    pixels = np.full((300, 400, 4), 255, dtype=np.uint8)
    for x in range(400):
        for width in range(4):
            pixels[150 + x // 4 + width, x, :3] = [1 + x % 90, 115, 178 - x % 60]
    return pixels


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)


def test_a_chart_keeps_its_size_and_nearly_its_colours_in_fewer_bytes(chart):
    pixels, length = shown(Picture("curve", "Curves", "Two lines.", png(chart)))
    assert pixels.shape == (300, 400, 3)
    assert np.abs(pixels - chart[:, :, :3]).max() <= 24
    assert length < len(base64.b64encode(png(chart)))


def test_what_is_transparent_becomes_white(chart):
    chart[:20, :20] = [0, 0, 0, 0]
    pixels, _ = shown(Picture("curve", "Curves", "Two lines.", png(chart)))
    assert (pixels[:20, :20] == 255).all()


def test_photographs_are_shown_pixel_by_pixel(noise):
    pixels, _ = shown(Picture("mistakes", "Mistakes", "Noise.", png(noise), photographs=True))
    assert (pixels == noise).all()


def test_a_page_does_not_turn_photographs_into_negatives(noise):
    picture = Picture("mistakes", "Mistakes", "Noise.", png(noise), photographs=True)
    assert '<figure id="figure-mistakes" class="photographs">' in index_html([], [], picture)


def test_the_same_picture_gives_the_same_text(chart):
    texts = {data_uri(Picture("curve", "Curves", "Two lines.", png(chart))) for _ in range(2)}
    assert len(texts) == 1


def test_what_is_no_picture_is_refused():
    with pytest.raises(OSError, match="cannot identify image file"):
        data_uri(Picture("curve", "Curves", "Nothing.", b"no picture"))
