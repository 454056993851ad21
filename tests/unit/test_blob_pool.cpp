#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/core/blob_pool.hpp"
#include "tests/fakes/prng.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::as_bytes;
using doorcall::as_text;
using doorcall::Blob;
using doorcall::BlobPool;

namespace {

constexpr std::size_t kChunk = BlobPool::kChunkBytes;
constexpr std::size_t kChunks = 40;

}  // namespace

TEST_GROUP(BlobPool) {
  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(kChunks * kChunk);
  std::vector<std::uint8_t> map_ = std::vector<std::uint8_t>(kChunks);
  BlobPool pool_{bytes_, map_};

  std::string text_of(const Blob& blob) const {
    return std::string(as_text(pool_.bytes(blob)));
  }

  Blob put(const std::string& text) {
    Blob blob;
    CHECK_TRUE(pool_.put({as_bytes(text)}, blob));
    return blob;
  }
};

TEST(BlobPool, KeepsThePartsOneAfterTheOther) {
  Blob blob;
  CHECK_TRUE(pool_.put({as_bytes("ring"), as_bytes(""), as_bytes("ing")}, blob));
  STRCMP_EQUAL("ringing", text_of(blob).c_str());
  UNSIGNED_LONGS_EQUAL(1, pool_.chunks_used());
}

TEST(BlobPool, NothingTakesNoRoomEvenInAFullPool) {
  Blob all = put(std::string(kChunks * kChunk, 'x'));
  Blob empty;
  CHECK_TRUE(pool_.put({}, empty));
  CHECK_TRUE(pool_.put({as_bytes("")}, empty));
  UNSIGNED_LONGS_EQUAL(0, empty.size);
  pool_.drop(empty);
  UNSIGNED_LONGS_EQUAL(kChunks, pool_.chunks_used());
  pool_.drop(all);
  UNSIGNED_LONGS_EQUAL(0, pool_.chunks_used());
}

TEST(BlobPool, RefusesWhatDoesNotFitAndLeavesTheBlobAlone) {
  Blob first = put(std::string(kChunk, 'a'));
  Blob kept = put("kept");
  Blob out = kept;
  CHECK_FALSE(pool_.put({as_bytes(std::string((kChunks - 2) * kChunk + 1, 'b'))}, out));
  STRCMP_EQUAL("kept", text_of(out).c_str());
  pool_.drop(first);
  // the free chunk before `kept` does not touch those behind it
  CHECK_FALSE(pool_.put({as_bytes(std::string((kChunks - 1) * kChunk, 'b'))}, out));
  STRCMP_EQUAL("kept", text_of(kept).c_str());
}

TEST(BlobPool, DroppingTwiceIsDroppingOnce) {
  Blob blob = put("once");
  pool_.drop(blob);
  pool_.drop(blob);
  UNSIGNED_LONGS_EQUAL(0, pool_.chunks_used());
}

// Against a plain map of strings: contents stay, room is never lost, and a refusal means that no
// run of free chunks is long enough.
TEST(BlobPool, BehavesAsItsModelUnderRandomUse) {
  doorcall::fakes::Prng prng(7);
  std::map<int, std::pair<Blob, std::string>> model;
  int refused = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (prng.chance(5'200) || model.empty()) {
      const std::string text(prng.below(6 * kChunk), static_cast<char>('a' + step % 26));
      Blob blob;
      if (pool_.put({as_bytes(text)}, blob)) {
        model[step] = {blob, text};
      } else {
        ++refused;
        std::size_t run = 0;
        for (const std::uint8_t used : map_) {
          run = used == 0 ? run + 1 : 0;
          CHECK_TRUE(run < BlobPool::chunks(text.size()));
        }
      }
    } else {
      auto at = model.begin();
      std::advance(at, prng.below(static_cast<std::uint32_t>(model.size())));
      pool_.drop(at->second.first);
      model.erase(at);
    }
    std::size_t chunks = 0;
    for (const auto& [key, entry] : model) {
      chunks += BlobPool::chunks(entry.second.size());
      CHECK_TRUE(entry.second == text_of(entry.first));
    }
    UNSIGNED_LONGS_EQUAL(chunks, pool_.chunks_used());
  }
  CHECK_TRUE(refused > 100);
}
