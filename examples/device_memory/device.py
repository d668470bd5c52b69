"""A stand-in for a GPU's library: memory that Python's allocators know nothing of."""

_allocated = 0


class Tensor:
    """Memory on the device, until it is freed."""

    def __init__(self, size):
        global _allocated
        self.size = size
        _allocated += size

    def free(self):
        global _allocated
        _allocated -= self.size
        self.size = 0


def memory_allocated():
    """Bytes that tensors take, as `torch.cuda.memory_allocated()` tells them."""
    return _allocated
