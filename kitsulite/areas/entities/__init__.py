"""What a production is made of: assets, shots, sequences, episodes, edits, concepts, and what is cast in what."""
