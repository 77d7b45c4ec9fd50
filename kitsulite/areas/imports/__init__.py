"""What comes in from elsewhere: spreadsheets, edit lists, rows of another tracker (docs/api/imports.md)."""
