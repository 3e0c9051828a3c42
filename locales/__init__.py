"""Data: catalogs, phrases, answers, countries."""
