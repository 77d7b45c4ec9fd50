"""Codes that several tables choose from."""

PRODUCTION_TYPES = ("short", "featurefilm", "tvshow", "shots", "assets")

STYLES = (
    "2d",
    "2dpaper",
    "3d",
    "2d3d",
    "ar",
    "vfx",
    "stop-motion",
    "motion-design",
    "archviz",
    "commercial",
    "catalog",
    "immersive",
    "nft",
    "video-game",
    "vr",
)
ROLES = ("user", "admin", "supervisor", "manager", "client", "vendor")
POSITIONS = ("supervisor", "lead", "artist")
SENIORITIES = ("senior", "mid", "junior")
BOARD_ROLES = ["user", "admin", "supervisor", "manager", "vendor"]
