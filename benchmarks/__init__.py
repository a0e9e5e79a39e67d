"""Measurements of what Relight claims: one script per claim, each beside a named peer or limit in the same run."""
