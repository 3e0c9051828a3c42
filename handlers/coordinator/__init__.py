"""Talking with coordinators: who may be offered to people, and which listings are true."""
