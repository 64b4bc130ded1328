import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from datasets.decoding import decode, decode_all
from datasets.errors import DataDamaged, DataUnavailable

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(path, image, **options):
    image.save(path, **options)
    return path


def plain(mode, colour, size=(20, 16)):
    return Image.new(mode, size, colour)


def assert_all(pixels, colour, tolerance=3):
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - np.array(colour)).max() <= tolerance


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tif", "gif", "ppm"])
def test_common_formats_become_rgb_pixels(tmp_path, suffix):
    pixels = decode(saved(tmp_path / f"a.{suffix}", plain("RGB", (200, 40, 90))), 8)
    assert pixels.shape == (8, 8, 3)
    assert_all(pixels, (200, 40, 90), tolerance=6)


@pytest.mark.parametrize(
    ("mode", "colour", "suffix", "expected"),
    [
        ("L", 77, "png", (77, 77, 77)),
        ("1", 1, "png", WHITE),
        ("RGBA", (255, 0, 0, 255), "png", RED),
        ("RGBA", (255, 0, 0, 0), "png", WHITE),
        ("RGBA", (0, 0, 0, 128), "webp", (127, 127, 127)),
        ("LA", (0, 0), "png", WHITE),
        ("CMYK", (0, 255, 255, 0), "jpg", RED),
        ("CMYK", (0, 255, 255, 0), "tif", RED),
        ("I;16", 65535, "png", WHITE),
        ("I;16", 257 * 50, "png", (50, 50, 50)),
        ("I;16", 257 * 50, "tif", (50, 50, 50)),
        ("I;16B", 257 * 50, "tif", (50, 50, 50)),
        ("I", 257 * 50, "tif", (50, 50, 50)),
    ],
)
def test_every_colour_mode_becomes_rgb_over_white(tmp_path, mode, colour, suffix, expected):
    assert_all(decode(saved(tmp_path / f"a.{suffix}", plain(mode, colour)), 8), expected)


@pytest.mark.parametrize("transparency", [None, 0, b"\x00\xff"])
def test_palettes_keep_their_colours_and_show_white_where_transparent(tmp_path, transparency):
    image = Image.new("P", (16, 16), 0)
    image.putpalette([*RED, *GREEN])
    image.paste(1, (8, 0, 16, 16))
    options = {} if transparency is None else {"transparency": transparency}
    pixels = decode(saved(tmp_path / "a.png", image, **options), 16)
    assert_all(pixels[:, :6], RED if transparency is None else WHITE)
    assert_all(pixels[:, 10:], GREEN)


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, (0, 0)), (2, (0, -1)), (3, (-1, -1)), (4, (-1, 0)), (6, (0, -1)), (8, (-1, 0))],
)
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_photos_are_turned_upright(tmp_path, orientation, corner, suffix):
    """The corner where the red upper left one of the stored image belongs, by the EXIF standard."""
    image = plain("RGB", BLUE, (32, 32))
    image.paste(RED, (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(saved(tmp_path / f"a.{suffix}", image, exif=exif), 32)
    assert_all(pixels[corner], RED, tolerance=40)


@pytest.mark.parametrize("size", [(40, 20), (20, 40)])
def test_the_shorter_side_is_scaled_and_the_middle_kept(tmp_path, size):
    image = plain("RGB", RED, size)
    left, top = (size[0] - 20) // 2, (size[1] - 20) // 2
    image.paste(GREEN, (left, top, left + 20, top + 20))
    pixels = decode(saved(tmp_path / "a.png", image), 10)
    assert_all(pixels[2:-2, 2:-2], GREEN)
    assert_all(pixels, GREEN, tolerance=20)


def test_images_smaller_than_asked_are_enlarged(tmp_path):
    assert decode(saved(tmp_path / "a.png", plain("RGB", RED, (3, 2))), 16).shape == (16, 16, 3)


def test_fine_patterns_blend_instead_of_flickering(tmp_path):
    stripes = np.zeros((64, 64), dtype=np.uint8)
    stripes[:, ::2] = 255
    assert_all(decode(saved(tmp_path / "a.png", Image.fromarray(stripes)), 8), (127,) * 3, 12)


def test_a_jpeg_decoded_at_a_reduced_size_looks_like_the_full_one(tmp_path):
    rows, columns = np.mgrid[0:800, 0:800]
    smooth = np.stack([rows // 4, columns // 4, (rows + columns) // 8], axis=2).astype(np.uint8)
    jpeg = saved(tmp_path / "a.jpg", Image.fromarray(smooth), quality=95)
    png = saved(tmp_path / "a.png", Image.fromarray(smooth))
    difference = decode(jpeg, 32).astype(int) - decode(png, 32)
    assert np.abs(difference).max() <= 4


def test_of_several_frames_the_first_is_read(tmp_path):
    frames = {"save_all": True, "append_images": [plain("RGB", BLUE)]}
    assert_all(decode(saved(tmp_path / "a.gif", plain("RGB", RED), **frames), 8), RED)


def test_the_content_decides_on_the_format_not_the_name(tmp_path):
    content = io.BytesIO()
    plain("RGB", GREEN).save(content, "PNG")
    (tmp_path / "a.jpg").write_bytes(content.getvalue())
    assert_all(decode(tmp_path / "a.jpg", 8), GREEN)


def chunk(name, content):
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png_of_declared_size(width, height):
    """A PNG file whose header declares a size and whose pixels are missing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (2_000_000_000, 2_000_000_000)])
def test_absurd_sizes_are_refused_by_the_header_alone(tmp_path, size):
    (tmp_path / "huge.png").write_bytes(png_of_declared_size(*size))
    with pytest.raises(DataDamaged, match=r"huge.png .* at most 100,000,000 pixels"):
        decode(tmp_path / "huge.png", 8)


def test_the_limit_on_pixels_can_be_chosen(tmp_path):
    path = saved(tmp_path / "a.png", plain("RGB", RED, (20, 10)))
    decode(path, 8, max_pixels=200)
    with pytest.raises(DataDamaged, match=r"at most 199 pixels .* 20 × 10"):
        decode(path, 8, max_pixels=199)


def noise():
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tif", "gif"])
@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.9])
def test_truncated_files_are_errors_that_name_the_file(tmp_path, suffix, kept):
    path = saved(tmp_path / f"cut.{suffix}", noise())
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataDamaged, match=f"cut.{suffix}"):
        decode(path, 8)


@pytest.mark.parametrize(
    "content", [b"", b"not an image", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\0" * 99]
)
def test_files_of_other_kinds_are_errors(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(DataDamaged, match=r"a.jpg .* found no image in a known format"):
        decode(tmp_path / "a.jpg", 8)


def test_values_whose_range_is_unknown_are_refused(tmp_path):
    with pytest.raises(DataDamaged, match="floating-point"):
        decode(saved(tmp_path / "f.tif", plain("F", 0.5)), 8)
    with pytest.raises(DataDamaged, match="beyond 16 bits"):
        decode(saved(tmp_path / "i.tif", plain("I", 70_000)), 8)


def test_a_file_that_cannot_be_read_is_unavailable_not_damaged(tmp_path):
    with pytest.raises(DataUnavailable, match=r"gone.jpg cannot be read \(no such file"):
        decode(tmp_path / "gone.jpg", 8)


def test_many_files_come_in_their_order_with_errors_in_their_places(tmp_path):
    paths = [saved(tmp_path / f"{k:03}.png", plain("L", k)) for k in range(100)]
    paths[40].write_bytes(b"broken")
    outcomes = list(decode_all(paths, 8))
    assert isinstance(outcomes.pop(40), DataDamaged)
    assert [int(pixels[0, 0, 0]) for pixels in outcomes] == [k for k in range(100) if k != 40]


def test_odd_files_write_nothing_to_the_terminal(tmp_path, capfd):
    palette = Image.new("P", (16, 16), 0)
    palette.putpalette([*RED, *GREEN])
    odd = saved(tmp_path / "p.png", palette, transparency=b"\x80\xff")
    cut = saved(tmp_path / "cut.tif", noise(), compression="tiff_lzw")
    cut.write_bytes(cut.read_bytes()[:-4000])
    large = saved(tmp_path / "large.png", plain("1", 0, (10_000, 9_000)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(decode_all([odd, cut, large], 8))
    assert capfd.readouterr() == ("", "")
