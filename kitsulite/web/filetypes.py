"""What a file is, by its name: where its sender does not know (gazu never says)."""

import mimetypes

OF_THE_TRADE = {
    ".abc": "application/x-alembic",
    ".avif": "image/avif",
    ".blend": "application/x-blender",
    ".dpx": "image/x-dpx",
    ".exr": "image/x-exr",
    ".fbx": "application/x-fbx",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".hdr": "image/vnd.radiance",
    ".heic": "image/heic",
    ".kra": "application/x-krita",
    ".m4v": "video/x-m4v",
    ".md": "text/markdown",
    ".mkv": "video/x-matroska",
    ".mxf": "application/mxf",
    ".nk": "application/x-nuke",
    ".obj": "model/obj",
    ".otio": "application/vnd.pixar.opentimelineio+json",
    ".psd": "image/vnd.adobe.photoshop",
    ".tga": "image/x-tga",
    ".usd": "model/vnd.usd",
    ".usda": "model/vnd.usda",
    ".usdz": "model/vnd.usdz+zip",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
SAYS_LITTLE = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
"""The types of who does not know better."""


def _known() -> mimetypes.MimeTypes:
    """The types of Python itself, the same on every machine, and some more."""
    known = mimetypes.MimeTypes()
    for ending, kind in OF_THE_TRADE.items():
        known.add_type(kind, ending)
    return known


KNOWN = _known()


def kind_of(name: str, said: str) -> str:
    """The type of a file: as its sender says, or as its name does where the sender says little."""
    said = said.strip()
    if said.partition(";")[0].strip().lower() not in SAYS_LITTLE:
        return said
    guessed, packed = KNOWN.guess_type(f"file.{name.rpartition('.')[2]}" if "." in name else "")
    if guessed == said.partition(";")[0].lower():
        return said
    if packed:
        return f"application/{'gzip' if packed == 'gzip' else f'x-{packed}'}"
    return guessed or said or "application/octet-stream"
