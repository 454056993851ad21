// Runs inputs through a target that is not linked to a fuzzer: each file, each file in a directory,
// each input of a pack (*.corpus). They run in a child, one after the other; a crash is one failure
// and the next child goes on behind it. PACK#N runs one input in this process, for a debugger.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/check.hpp"

namespace {

struct Item {
  std::string name;
  std::string bytes;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A pack is any number of inputs, each behind its length in four bytes, the lowest first.
void unpack(const std::string& name, std::string_view pack, std::vector<Item>& ret_items) {
  for (std::size_t number = 1; pack.size() >= 4; ++number) {
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) {
      size = size << 8U | static_cast<unsigned char>(pack[i]);
    }
    pack.remove_prefix(4);
    size = std::min(size, pack.size());
    ret_items.push_back({name + '#' + std::to_string(number), std::string(pack.substr(0, size))});
    pack.remove_prefix(size);
  }
}

void collect(const std::filesystem::path& path, std::vector<Item>& ret_items) {
  if (std::filesystem::is_directory(path)) {
    std::vector<std::filesystem::path> inside;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      inside.push_back(entry.path());
    }
    std::sort(inside.begin(), inside.end());
    for (const auto& each : inside) {
      collect(each, ret_items);
    }
  } else if (path.extension() == ".corpus") {
    unpack(path.string(), read_file(path), ret_items);
  } else if (std::filesystem::is_regular_file(path)) {
    ret_items.push_back({path.string(), read_file(path)});
  }
}

void run(const Item& item) {
  // A buffer of exactly this size: the sanitizer sees a read behind it.
  const std::vector<std::uint8_t> bytes(item.bytes.begin(), item.bytes.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// Runs all from `*done` on in a child, which counts there; true if it came to the end well.
bool run_in_child(const std::vector<Item>& items, volatile std::size_t* done) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    while (*done < items.size()) {
      run(items[*done]);
      *done = *done + 1;
    }
    std::exit(0);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

int run_all(const std::vector<Item>& items) {
  void* const shared = ::mmap(nullptr, sizeof(std::size_t), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    std::perror("mmap");
    return 2;
  }
  auto* const done = static_cast<volatile std::size_t*>(shared);
  std::size_t failed = 0;
  while (!run_in_child(items, done)) {
    ++failed;
    if (*done >= items.size()) {
      std::printf("FAILED: after the last input, at exit\n");
      break;
    }
    std::printf("FAILED: %s\n", items[*done].name.c_str());
    *done = *done + 1;
  }
  std::printf("%zu passed, %zu failed\n", items.size() - std::min(failed, items.size()), failed);
  return failed == 0 ? 0 : 1;
}

/// PACK#N.
bool run_one(const std::string& name) {
  const std::size_t mark = name.rfind('#');
  std::size_t number = 0;
  if (mark == std::string::npos) {
    return false;
  }
  std::from_chars(name.data() + mark + 1, name.data() + name.size(), number);
  std::vector<Item> items;
  collect(name.substr(0, mark), items);
  if (number == 0 || number > items.size()) {
    return false;
  }
  run(items[number - 1]);
  std::printf("1 passed, 0 failed\n");
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Item> items;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::exists(argv[i])) {
      if (argc == 2 && run_one(argv[i])) {
        return 0;
      }
      std::fprintf(stderr, "usage: %s FILE_OR_DIR..., or PACK#NUMBER; there is no %s\n", argv[0],
                   argv[i]);
      return 2;
    }
    collect(argv[i], items);
  }
  return run_all(items);
}
