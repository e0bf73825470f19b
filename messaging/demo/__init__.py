"""The demo organisations: their people, where they talk, and what they said. Ours, and made up."""
