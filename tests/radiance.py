"""Radiance pictures for tests, made on the spot."""

import struct

RED, GREEN, DARK = b"\x80\0\0\x81", b"\0\x80\0\x81", b"\0\0\0\0"


def radiance(size: str, content: bytes, head: bytes = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n") -> bytes:
    return head + size.encode() + b"\n" + content


def flat(width: int = 4, height: int = 2) -> bytes:
    """Red above, green below."""
    half = height // 2
    return radiance(f"-Y {height} +X {width}", RED * width * half + GREEN * width * (height - half))


def coded(width: int, height: int) -> bytes:
    """The same in the newer code."""
    lines = [encoded(RED if y < height // 2 else GREEN, width) for y in range(height)]
    return radiance(f"-Y {height} +X {width}", b"".join(lines))


def encoded(pixel: bytes, width: int) -> bytes:
    """A line of one colour in the newer code."""
    whole, rest = divmod(width, 127)
    parts = [bytes([255, part]) * whole + (bytes([128 + rest, part]) if rest else b"") for part in pixel]
    return b"\2\2" + struct.pack(">H", width) + b"".join(parts)
