"""From which networks an organisation is reached at all."""
