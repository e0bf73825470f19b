"""Takes over an organisation's history from a Slack export.

`archive` opens the zip and distrusts it, `records` reads JSON piece by piece, `export` knows the
layout, `shapes` turns records into typed values, `mrkdwn`, `blocks` and `emoji` translate text,
`identity` gives everything the same id in every run. None of these knows Django. `store` writes in
bulk, `services` puts it together.
"""
