"""The conversation: pure, synchronous, every sentence the bot says."""
