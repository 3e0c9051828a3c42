"""The aiohttp application: chat page, webhook, health; its static files."""
