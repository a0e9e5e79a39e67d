"""How the Loudi sample is made: one file per layer of the world, each a function of what came before it."""
