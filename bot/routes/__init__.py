"""HTTP routes of the bot: the webhook and its own operation."""
