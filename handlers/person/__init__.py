"""Talking with a person on the move."""
