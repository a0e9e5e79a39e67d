"""How the tablet becomes an Android app; nothing here runs on a tablet."""
