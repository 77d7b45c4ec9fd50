"""How fast Kitsulite is, beside what the bare database and encoder need for the same: `python -m bench --help`."""
