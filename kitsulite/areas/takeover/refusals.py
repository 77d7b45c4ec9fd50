"""Why a studio cannot be taken over, in words for who asked for it."""


class CannotTakeOver(Exception):
    """Nothing was changed."""
