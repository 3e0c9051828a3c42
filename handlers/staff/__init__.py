"""Talking with focal points in their organization's own chat."""
