"""HTTP to imin: connection pool, responses, deadlines, and protection per endpoint."""
