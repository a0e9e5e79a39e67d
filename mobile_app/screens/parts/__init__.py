"""The few widgets of our own. Importing one makes it known to every .kv file by its name."""
