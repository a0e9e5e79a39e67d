"""The rules: pure, standard library only. `decide` gives facts or a refusal; `after` folds a fact into a state."""
