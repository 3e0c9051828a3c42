"""A stock python-telegram-bot polling echo: the yardstick of the benchmark."""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import Application, CallbackContext, MessageHandler, filters


async def echo(update: Update, _: CallbackContext) -> None:  # type: ignore[type-arg]  # as in the library's own examples
    """Say what was said."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main() -> None:
    """Poll with all defaults: ``stock_echo.py TOKEN BASE_URL``."""
    token, base = sys.argv[1:3]
    application = Application.builder().token(token).base_url(f"{base}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
