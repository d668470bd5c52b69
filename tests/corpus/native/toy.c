/* SPDX-License-Identifier: MIT
 *
 * A library that leaks on demand, for tests/corpus/test_native.py: each function takes
 * one thing, and gives it back unless `keep`. A line that takes is marked with its kind.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void toy_malloc(int keep);
void toy_strdup(int keep);
void toy_mmap(int keep);
void toy_thread(int keep);
void toy_foreign(int keep);
void toy_descriptor(int keep);

void
toy_malloc(int keep)
{
    void *volatile block = malloc(100); /* takes: malloc */
    if (!keep) {
        free(block);
    }
}

/* The C library takes it, for us. */
void
toy_strdup(int keep)
{
    char *volatile copy = strdup("kept by nobody"); /* takes: strdup */
    if (!keep) {
        free(copy);
    }
}

void
toy_mmap(int keep)
{
    void *pages = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, /* takes: mmap */
                       -1, 0);
    if (!keep) {
        munmap(pages, 8192);
    }
}

static pthread_mutex_t forever = PTHREAD_MUTEX_INITIALIZER;

static void *
waits(void *keep)
{
    if (keep != NULL) {
        pthread_mutex_lock(&forever);
    }
    return NULL;
}

/* A thread that never ends. */
void
toy_thread(int keep)
{
    static int once;
    if (!once) {
        once = 1;
        pthread_mutex_lock(&forever);
    }
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    pthread_t thread;
    if (pthread_create(&thread, &small, waits, keep ? &forever : NULL) != 0) {
        abort();
    }
    if (!keep) {
        pthread_join(thread, NULL);
    }
}

static void *
takes(void *keep)
{
    toy_malloc(*(int *)keep); /* takes: foreign */
    return NULL;
}

/* What a thread takes that Python has never heard of. */
void
toy_foreign(int keep)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, takes, &keep) != 0) {
        abort();
    }
    pthread_join(thread, NULL);
}

void
toy_descriptor(int keep)
{
    int descriptor = open("/dev/null", O_RDONLY);
    if (!keep) {
        close(descriptor);
    }
}
