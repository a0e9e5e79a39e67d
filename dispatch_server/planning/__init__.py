"""The whole board at once: numbers in, a proposal out. No store, no map, no clock; the domain judges offers again."""
