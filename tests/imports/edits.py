"""Edit lists as editors' programs write them, each with the cut that it means: (clip, first frame, last frame, frames)."""

from typing import NamedTuple

Cuts = list[tuple[str, int, int, int]]


class EditList(NamedTuple):
    """One of them. fps: of the production."""

    content: str
    fps: str
    cuts: Cuts


PREMIERE = EditList(
    """TITLE: Fox Reel 1
FCM: NON-DROP FRAME

001  AX       V     C        00:00:00:00 00:00:05:05 01:00:00:00 01:00:05:05
* FROM CLIP NAME: Fox_S1-001.mov

002  AX       AA    C        00:00:00:00 00:00:05:05 01:00:00:00 01:00:05:05
* FROM CLIP NAME: music.wav

003  AX       V     C        00:00:10:00 00:00:11:00 01:00:05:05 01:00:06:05
* FROM CLIP NAME: Fox_S1-002.mov
""",
    "25",
    [("Fox_S1-001", 0, 129, 130), ("Fox_S1-002", 130, 154, 25)],
)
AVID = EditList(
    """TITLE:   FOX_R1_V3
FCM: NON-DROP FRAME
001  FOX_A001 B     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00
* FROM CLIP NAME:  FOX_S1-001.NEW.01
* SOURCE FILE: FOX_A001
* LOC: 10:00:00:12 RED     FIX THE TAIL
* ASC_SOP: (1.0 1.0 1.0) (0.0 0.0 0.0) (1.0 1.0 1.0)
* ASC_SAT: 1.0
SPLIT:    AUDIO DELAY=  00:00:00:05
002  FOX_A002 V     C        01:00:00:00 01:00:01:00 10:00:02:00 10:00:03:00
003  FOX_A002 A2    C        01:00:00:00 01:00:00:19 10:00:02:05 10:00:03:00
* FROM CLIP NAME:  FOX_S1-002
""",
    "24",
    [("FOX_S1-001.NEW", 0, 47, 48), ("FOX_A002", 48, 71, 24)],
)
RESOLVE = EditList(
    """TITLE: Timeline 1
FCM: DROP FRAME

001  A001C001 V     C        00:00:00;00 00:00:02;00 01:00:58;28 01:01:00;28
* FROM CLIP NAME: Fox_S1-001.mxf

002  A001C002 V     C        00:00:00;00 00:00:01;00 01:01:00;28 01:01:01;28
* FROM CLIP NAME: Fox_S1-002.mxf
""",
    "29.97",
    [("Fox_S1-001", 0, 59, 60), ("Fox_S1-002", 60, 89, 30)],
)
FLAME = EditList(
    """* Created by a machine
REM: of the studio
TITLE: FOX
001  Fox_S1-001 V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00
DLEDL: PATH: /reel/1
002  Fox S1-002 V C 00:00:00:00 00:00:01:00 00:00:01:00 00:00:02:00
""",
    "24",
    [("Fox_S1-001", 0, 23, 24), ("Fox S1-002", 24, 47, 24)],
)
DISSOLVE = EditList(
    """TITLE: Dissolve
001  AX V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: Fox_S1-001.mov
002  AX V C 00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00
002  AX V D 012 00:00:00:00 00:00:02:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: Fox_S1-001.mov
* TO CLIP NAME: Fox_S1-002.mov
003  AX V W001 010 00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
* FROM CLIP NAME: Fox_S1-003.mov
""",
    "25",
    [("Fox_S1-001", 0, 49, 50), ("Fox_S1-002", 50, 99, 50), ("Fox_S1-003", 100, 124, 25)],
)
SPEED = EditList(
    """TITLE: Speed
001  AX V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:02:00
M2   AX       012.5                00:00:00:00
* FROM CLIP NAME: Fox_S1-001.mov
002  AX V C 00:00:05:00 00:00:05:01 01:00:02:00 01:00:03:00
M2   AX       000.0                00:00:05:00
* FROM CLIP NAME: Fox_S1-002.mov FF
* * FREEZE FRAME
003  AX V C 00:00:00:00 00:00:02:00 01:00:03:00 01:00:04:00
M2   AX       -050.0               00:00:00:00
* FROM CLIP NAME: Fox_S1-003.mov
""",
    "25",
    [("Fox_S1-001", 0, 49, 50), ("Fox_S1-002", 50, 74, 25), ("Fox_S1-003", 75, 99, 25)],
)
BLACK = EditList(
    """TITLE: Black
001  BARS V C 00:00:00:00 00:00:01:00 09:59:58:00 09:59:59:00
002  BL V C 00:00:00:00 00:00:01:00 09:59:59:00 10:00:00:00
003  AX V C 00:00:00:00 00:00:01:00 10:00:00:00 10:00:01:00
* FROM CLIP NAME: Fox_S1-001.mov
004  AX V C 00:00:00:00 00:00:01:00 10:00:03:00 10:00:04:00
* FROM CLIP NAME: Fox_S1-002.mov
""",
    "25",
    [("Fox_S1-001", 50, 74, 25), ("Fox_S1-002", 125, 149, 25)],
)
TRACKS = EditList(
    """TITLE: Tracks
001  AX V  C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: Fox_S1-001.mov
002  AX V2 C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00
* FROM CLIP NAME: Fox_S1-002.mov
003  AX NONE C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00
* FROM CLIP NAME: Fox_S1-009.mov
""",
    "25",
    [("Fox_S1-001", 0, 49, 50), ("Fox_S1-002", 0, 24, 25)],
)
FILM = EditList(
    """TITLE: Film
001  AX V C 00:00:00:00 00:00:10:00 00:59:50:00 01:00:00:00
* FROM CLIP NAME: Fox_S1-001.mov
002  AX V C 00:00:00:00 00:00:00:23 01:00:00:00 01:00:00:23
* FROM CLIP NAME: Fox_S1-002.mov
""",
    "23.976",
    [("Fox_S1-001", 0, 239, 240), ("Fox_S1-002", 240, 262, 23)],
)
FILES = EditList(
    """TITLE: Files
001  AX V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00
* SOURCE FILE: S:\\fox\\Fox_S1-001.mov
002  AX V C 00:00:00:00 00:00:01:00 00:00:01:00 00:00:02:00
* FROM FILE: /fox/Fox_S1-002.mov
003  AX V C 0 24 48 72
* FROM CLIP NAME IS Fox_S1-003.mov
* FROM CLIP NAME: Fox_S1-003.mov
""",
    "24",
    [("Fox_S1-001", 0, 23, 24), ("Fox_S1-002", 24, 47, 24), ("Fox_S1-003", 48, 71, 24)],
)
FAST = EditList(
    """TITLE: Fast
FCM: DROP FRAME
001  AX V C 00:00:00;00 00:00:01;00 00:00:00;00 00:00:01;00
* FROM CLIP NAME: Fox_S1-001.mov
""",
    "59.94",
    [("Fox_S1-001", 0, 59, 60)],
)
LISTS = {name.lower(): value for name, value in list(globals().items()) if isinstance(value, EditList)}
