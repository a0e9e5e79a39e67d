"""One file per noun. Every route: parse, one service, answer."""
