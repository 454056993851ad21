#include "tests/storage/disk.hpp"

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

namespace doorcall::storage {
namespace {

Disk* current_disk = nullptr;

/// What a power loss may make of one file.
std::vector<std::string> contents(const std::string& memory, const std::string& medium) {
  if (memory == medium) {
    return {memory};
  }
  return {medium, "", memory.substr(0, memory.size() / 2), std::string(memory.size(), '\0'),
          memory};
}

}  // namespace

Disk::Disk(std::string directory) : directory_(std::move(directory)), names_(1) {
  for (const auto& [name, text] : read_files(directory_)) {
    names_[0][name] = std::make_shared<Node>(Node{text, text});
  }
  current_disk = this;
}

Disk::~Disk() {
  current_disk = nullptr;
}

Disk* Disk::current() {
  return current_disk;
}

void Disk::plan(Mishap mishap, std::size_t at) {
  mishap_ = mishap;
  mishap_at_ = at;
}

bool Disk::covers(const std::string& path) const {
  return path == directory_ || std::filesystem::path(path).parent_path() == directory_;
}

Disk::Verdict Disk::next_call(bool is_write) {
  const std::size_t call = calls_++;
  if (mishap_ == Mishap::kCut ? call >= mishap_at_ : call == mishap_at_) {
    if (mishap_ != Mishap::kShortWrite) {
      return Verdict::kFail;
    }
    return is_write ? Verdict::kShort : Verdict::kPass;
  }
  return Verdict::kPass;
}

void Disk::opened(const std::string& path, int fd, int flags) {
  if (path == directory_) {
    open_[fd] = nullptr;
    return;
  }
  const std::string name = std::filesystem::path(path).filename();
  Names now = names_.back();
  std::shared_ptr<Node>& node = now[name];
  if (!node) {
    node = std::make_shared<Node>();
    names_.push_back(now);
  } else if ((flags & O_TRUNC) != 0) {
    node->memory.clear();
  }
  open_[fd] = node;
}

void Disk::written(int fd, const char* bytes, std::size_t size) {
  open_[fd]->memory.append(bytes, size);
}

void Disk::synced(int fd) {
  if (const std::shared_ptr<Node>& node = open_[fd]) {
    node->medium = node->memory;
  } else {
    names_.erase(names_.begin(), names_.end() - 1);
  }
}

void Disk::renamed(const std::string& from, const std::string& to) {
  Names now = names_.back();
  const auto taken = now.extract(std::filesystem::path(from).filename());
  now[std::filesystem::path(to).filename()] = taken.mapped();
  names_.push_back(now);
}

std::vector<Files> Disk::after_power_loss() const {
  std::set<Files> found;
  for (const Names& names : names_) {
    std::vector<Files> partial(1);
    for (const auto& [name, node] : names) {
      std::vector<Files> longer;
      for (const std::string& text : contents(node->memory, node->medium)) {
        for (Files files : partial) {
          files[name] = text;
          longer.push_back(std::move(files));
        }
      }
      partial = std::move(longer);
    }
    found.insert(partial.begin(), partial.end());
  }
  return {found.begin(), found.end()};
}

Files read_files(const std::string& directory) {
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().filename()] = text.str();
  }
  return files;
}

void write_files(const std::string& directory, const Files& files) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::filesystem::remove(entry.path());
  }
  for (const auto& [name, text] : files) {
    std::ofstream(directory + '/' + name, std::ios::binary) << text;
  }
}

}  // namespace doorcall::storage
