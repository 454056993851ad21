// What the linker puts in the place of the C library's calls (--wrap): each asks the disk first.
#include <fcntl.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>

#include "tests/storage/disk.hpp"

using doorcall::storage::Disk;

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {
int __real_open(const char* path, int flags, ...);
int __real_open64(const char* path, int flags, ...);
ssize_t __real_write(int fd, const void* bytes, std::size_t size);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
int __real_close(int fd);

int __wrap_open(const char* path, int flags, ...);
int __wrap_open64(const char* path, int flags, ...);
ssize_t __wrap_write(int fd, const void* bytes, std::size_t size);
int __wrap_fsync(int fd);
int __wrap_rename(const char* from, const char* to);
int __wrap_close(int fd);
}

namespace {

int refused(int error) {
  errno = error;
  return -1;
}

/// Opening to read changes nothing, but for the directory, which is opened to be written out.
template <typename Real>
int open_on_disk(Real real, const char* path, int flags, mode_t mode) {
  Disk* const disk = Disk::current();
  const bool counts = (flags & (O_CREAT | O_DIRECTORY)) != 0;
  if (disk == nullptr || !counts || !disk->covers(path)) {
    return real(path, flags, mode);
  }
  if (disk->next_call(false) == Disk::Verdict::kFail) {
    return refused(ENOSPC);
  }
  const int fd = real(path, flags, mode);
  if (fd >= 0) {
    disk->opened(path, fd, flags);
  }
  return fd;
}

}  // namespace

int __wrap_open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_on_disk(__real_open, path, flags, mode);
}

int __wrap_open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_on_disk(__real_open64, path, flags, mode);
}

ssize_t __wrap_write(int fd, const void* bytes, std::size_t size) {
  Disk* const disk = Disk::current();
  if (disk == nullptr || !disk->has(fd)) {
    return __real_write(fd, bytes, size);
  }
  const Disk::Verdict verdict = disk->next_call(true);
  if (verdict == Disk::Verdict::kFail) {
    return refused(ENOSPC);
  }
  const ssize_t taken = __real_write(fd, bytes, verdict == Disk::Verdict::kShort ? size / 2 : size);
  if (taken > 0) {
    disk->written(fd, static_cast<const char*>(bytes), static_cast<std::size_t>(taken));
  }
  return taken;
}

int __wrap_fsync(int fd) {
  Disk* const disk = Disk::current();
  if (disk == nullptr || !disk->has(fd)) {
    return __real_fsync(fd);
  }
  if (disk->next_call(false) == Disk::Verdict::kFail) {
    return refused(EIO);
  }
  disk->synced(fd);  // the real one would only take time
  return 0;
}

int __wrap_rename(const char* from, const char* to) {
  Disk* const disk = Disk::current();
  if (disk == nullptr || !disk->covers(from)) {
    return __real_rename(from, to);
  }
  if (disk->next_call(false) == Disk::Verdict::kFail) {
    return refused(EIO);
  }
  const int done = __real_rename(from, to);
  if (done == 0) {
    disk->renamed(from, to);
  }
  return done;
}

int __wrap_close(int fd) {
  if (Disk* const disk = Disk::current()) {
    disk->closed(fd);
  }
  return __real_close(fd);
}
// NOLINTEND(bugprone-reserved-identifier)
