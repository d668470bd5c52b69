/* SPDX-License-Identifier: MIT
 *
 * As toy.c, in C++: blocks by new, and by a container that is inlined into its caller.
 */
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace toy {

struct Image {
    explicit Image(int size) : bytes(static_cast<unsigned>(size)) {} /* takes: vector */
    std::vector<char> bytes;
};

template <typename T>
T *
make(int size)
{
    return new T(size); /* takes: new */
}

/* Leaks on the way of an exception only, and unwinds the stack for it. */
void
fail(bool keep)
{
    char *volatile block = static_cast<char *>(std::malloc(64)); /* takes: throw */
    if (!keep) {
        std::free(block);
    }
    throw std::runtime_error("no more");
}

} // namespace toy

extern "C" {

void
toy_new(int keep)
{
    toy::Image *volatile image = toy::make<toy::Image>(0);
    if (!keep) {
        delete image;
    }
}

void
toy_vector(int keep)
{
    alignas(toy::Image) static char place[sizeof(toy::Image)];
    toy::Image *volatile image = new (place) toy::Image(300);
    if (!keep) {
        image->~Image();
    }
}

void
toy_throw(int keep)
{
    try {
        toy::fail(keep != 0);
    }
    catch (const std::runtime_error &) {
    }
}
}
