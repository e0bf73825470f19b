"""The database engine: `ENGINE = "tenants.backend"`."""
