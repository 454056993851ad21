#pragma once

#include <dlfcn.h>

#include <cerrno>

namespace doorcall::fake_kernel {

/// The C library's function that one of ours stands before.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

inline int refuse(int error) {
  errno = error;
  return -1;
}

}  // namespace doorcall::fake_kernel
