"""The installation as a whole: its state, its log of events, search, first data, moving rows out and in."""
