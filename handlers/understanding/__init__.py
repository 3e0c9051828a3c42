"""Text to meaning: language, needs, danger, question, place. No replies here."""
