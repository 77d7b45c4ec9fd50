"""HTTP: what a request says, how routes are told, and how answers go out."""
