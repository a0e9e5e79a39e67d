"""SciPy's assignment: rows to columns, each at most once, for the least cost in all."""

from dispatch_server.planning.ground import Floats, Numbers


def assigned(cost: Floats) -> tuple[Numbers, Numbers]:
    """Rows in order and the column that each gets."""
    # SciPy's optimisers take a quarter of a second to load: a server is up before the first plan is asked for.
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    return rows, columns
