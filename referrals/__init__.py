"""The domain: organizations, places, referrals, signals. No chat, no sentences."""
