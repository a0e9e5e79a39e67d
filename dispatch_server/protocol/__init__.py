"""What the server and the tablets agree on. Standard library only, so that Android can run it."""
