"""Previews: what is made of the files that people send in for review, and who gets to see it (contract 06, 2 to 4)."""
