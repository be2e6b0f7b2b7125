/*
 * Peer of the scanner bench: a file scanned by Hyperscan for runs of digits that may be card
 * numbers. Built by the bench with Debian's libhyperscan-dev:
 *   cc -O3 -o hyperscan hyperscan.c $(pkg-config --cflags --libs libhs)
 * Usage: hyperscan <file> <chunk bytes> <passes> <pattern>; prints one line for each pass:
 * nanoseconds and matches.
 */
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int counted(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id; (void)from; (void)to; (void)flags;
  ++*(unsigned long long *)context;
  return 0;
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size);
  if (bytes && fread(bytes, 1, *size, file) != *size) bytes = NULL;
  fclose(file);
  return bytes;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  size_t size;
  char *bytes = read_file(arguments[1], &size);
  if (!bytes) return 2;
  size_t chunk = strtoul(arguments[2], NULL, 10);
  int passes = atoi(arguments[3]);
  hs_database_t *database;
  hs_compile_error_t *error;
  if (hs_compile(arguments[4], 0, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
    fprintf(stderr, "%s\n", error->message);
    return 2;
  }
  hs_scratch_t *scratch = NULL;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return 2;
  for (int pass = 0; pass < passes; pass++) {
    unsigned long long matches = 0;
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (size_t at = 0; at < size; at += chunk) {
      size_t length = size - at < chunk ? size - at : chunk;
      hs_scan(database, bytes + at, (unsigned)length, 0, scratch, counted, &matches);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    printf("%lld %llu\n",
           (long long)(ended.tv_sec - began.tv_sec) * 1000000000LL + (ended.tv_nsec - began.tv_nsec), matches);
  }
  return 0;
}
