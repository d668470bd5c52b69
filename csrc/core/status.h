/* SPDX-License-Identifier: MIT
 *
 * The one list of result codes of core and os.
 *
 * Zero is success, every failure is negative, and on failure the object that was
 * asked is unchanged unless the function's header says otherwise.
 */
#ifndef LC_CORE_STATUS_H
#define LC_CORE_STATUS_H

typedef enum {
    LC_OK = 0,
    LC_NOMEM = -1,  /* The C library has no memory left for our own tables. */
    LC_FULL = -2,   /* A fixed limit, named at the function, is reached. */
    LC_ABSENT = -3, /* What was asked for is not there; often the normal case. */
} lc_status;

#endif
