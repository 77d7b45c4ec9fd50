"""Pictures (Pillow) and movies (ffmpeg): files in, files out. Nothing here knows of rows, rights or HTTP."""
