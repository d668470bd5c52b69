/* SPDX-License-Identifier: MIT
 *
 * What the collector of each version does with its rings of objects.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYRINGS_H
#define LC_PY_PYRINGS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether freezing and thawing append whole rings, and what runs us keeps them where the
 * headers of the build say. */
bool lc_pyrings_append(void);

/* How often everything was collected; only where they append. */
int64_t lc_pyrings_collections(void);

#endif
