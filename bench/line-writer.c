/* line-writer LINES PER_WRITE: writes lines of 100 bytes, PER_WRITE of them with each write(2). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 100 };

int main(int argc, char **argv) {
  long lines = atol(argv[1]), per_write = atol(argv[2]);
  char *block = malloc(LINE * per_write);
  if (argc != 3 || !block) return 2;
  memset(block, 'x', LINE * per_write);
  for (long i = 1; i <= per_write; i++) block[i * LINE - 1] = '\n';
  while (lines > 0) {
    long left = LINE * (lines < per_write ? lines : per_write), done = 0;
    lines -= per_write;
    while (done < left) {
      ssize_t n = write(1, block + done, left - done);
      if (n <= 0) return 1;
      done += n;
    }
  }
  return 0;
}
