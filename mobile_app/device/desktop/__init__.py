"""Stand-ins for a tablet's parts, so that the app can be used on a computer against a running server."""
