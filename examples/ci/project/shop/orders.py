"""Known to leak: the list is never shortened."""

_PLACED = []


def place(item):
    order = [item]
    _PLACED.append(order)
    return order
