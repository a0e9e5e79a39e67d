"""What the tablet knows and does; no Kivy here."""
