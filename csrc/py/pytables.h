/* SPDX-License-Identifier: MIT
 *
 * Tables whose size is chance.
 *
 * `threading`, `asyncio` and the thread pools keep what lives in sets and dicts of their own.
 * How large the table of such a one is depends on how many lived at once when it was last
 * made, and so on who ran when: it is a block of its own or lies in the set, and belongs
 * to pymalloc's arenas or, above 512 bytes, to the raw domain.
 *
 * Thread rule: under the interpreter lock, with no exception set.
 */
#ifndef LC_PY_PYTABLES_H
#define LC_PY_PYTABLES_H

/* Makes these tables anew, as large as their members need. What a program put in their
 * place is left alone, as is, without memory for a smaller one, the table. */
void lc_pytables_compact(void);

#endif
