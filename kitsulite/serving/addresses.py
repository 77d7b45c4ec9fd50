"""How the places where servers listen are written."""


def authority(host: str, port: int) -> str:
    """A host and a port as addresses hold them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
