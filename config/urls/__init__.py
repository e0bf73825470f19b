"""URL tables: one for the root site, one for tenants."""
