"""How the schema came to be what it is, step by step. Files are `mNNNN_what_it_does.py`; only forward, never edited."""
