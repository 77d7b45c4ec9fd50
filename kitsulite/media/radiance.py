"""Placeholder until the reader of Radiance pictures lands."""

from typing import BinaryIO

from PIL import Image

from kitsulite.media.pictures import BadPicture


def read_radiance(content: BinaryIO, most: tuple[int, int]) -> Image.Image:
    """See the module."""
    raise BadPicture(f"not yet {most}")
