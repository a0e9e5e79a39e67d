"""The tablet without its screens: what it keeps, shows and sends. No Kivy; time and device are handed in."""
