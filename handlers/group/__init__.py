"""Talking to the working group."""
