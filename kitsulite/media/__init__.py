"""Pictures (Pillow) and movies (ffmpeg): files in, files out. Nothing here knows of rows, rights or HTTP."""


class BadPicture(Exception):
    """No picture, a broken one, or one that is too large; the text says which."""
