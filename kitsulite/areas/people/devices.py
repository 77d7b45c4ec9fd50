"""What somebody signs in with, in a word or two of what it calls itself (its User-Agent)."""

import re

LONGEST = 80
BROWSERS = {
    "Edg": "Edge",
    "EdgA": "Edge",
    "OPR": "Opera",
    "Vivaldi": "Vivaldi",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""By what browsers call themselves. Those that call themselves others too come before these."""
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
PRODUCT = re.compile(r"([^\s/()]+)(?:/(\S+))?")


def name_of(agent: str) -> str:
    """`Firefox on Linux`; of a program its name and version; nothing for what does not say."""
    if agent.startswith("Mozilla/"):
        browser = next((name for word, name in BROWSERS.items() if f"{word}/" in agent), "a browser")
        system = next((name for word, name in SYSTEMS.items() if word in agent), "")
        return f"{browser} on {system}" if system else browser
    found = PRODUCT.match(agent.strip())
    return " ".join(part for part in found.groups() if part)[:LONGEST] if found else ""
