// The one door between the MQTT library's threads and the loop: order, bounds, wake-ups, threads.
#include <poll.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "transport/inbox.hpp"
#include "transport/send_queue.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall::transport;
using Kind = InboxRecord::Kind;

namespace {

bool readable(const Inbox& inbox) {
  pollfd fd{inbox.fd(), POLLIN, 0};
  return ::poll(&fd, 1, 0) == 1;
}

InboxRecord arrival(std::string_view topic, std::span<const std::uint8_t> payload) {
  InboxRecord record;
  record.kind = Kind::kArrived;
  record.text = topic;
  record.payload = payload;
  return record;
}

InboxRecord ack(std::uint32_t id) {
  InboxRecord record;
  record.kind = Kind::kAcked;
  record.id = id;
  return record;
}

std::size_t drain_count(Inbox& inbox) {
  std::size_t count = 0;
  inbox.drain([&](const InboxRecord&) { ++count; });
  return count;
}

}  // namespace

TEST_GROUP(Inbox){};

TEST(Inbox, GivesBackEveryFieldInOrder) {
  Inbox inbox;
  const std::array<std::uint8_t, 3> payload{0, 0xFF, 7};
  InboxRecord first = arrival("a/topic", payload);
  first.flag = true;
  first.attempt = 9;
  first.expiry_left = 0;
  CHECK(inbox.push(first));
  InboxRecord second;
  second.kind = Kind::kLost;
  second.code = 0x8E;
  second.id = 0xFFFFFFFF;
  CHECK(inbox.push(second));
  int seen = 0;
  inbox.drain([&](const InboxRecord& record) {
    if (++seen == 1) {
      CHECK(record.kind == Kind::kArrived);
      CHECK(record.text == "a/topic");
      CHECK_EQUAL(3U, record.payload.size());
      CHECK_EQUAL(0xFF, record.payload[1]);
      CHECK(record.flag);
      CHECK_EQUAL(9U, record.attempt);
      CHECK(record.expiry_left == 0U);
    } else {
      CHECK(record.kind == Kind::kLost);
      CHECK(record.text.empty());
      CHECK(record.payload.empty());
      CHECK_FALSE(record.flag);
      CHECK_EQUAL(0x8E, record.code);
      CHECK_EQUAL(0xFFFFFFFFU, record.id);
      CHECK_FALSE(record.expiry_left.has_value());
    }
  });
  CHECK_EQUAL(2, seen);
}

TEST(Inbox, IsReadableExactlyWhileSomethingWaits) {
  Inbox inbox;
  CHECK_FALSE(readable(inbox));
  inbox.push(ack(1));
  inbox.push(ack(2));
  CHECK(readable(inbox));
  CHECK_EQUAL(2U, drain_count(inbox));
  CHECK_FALSE(readable(inbox));
  CHECK_EQUAL(0U, drain_count(inbox));
}

TEST(Inbox, QuietRecordsWakeOnlyOnDemand) {
  Inbox inbox;
  inbox.push(ack(1), true);
  CHECK_FALSE(readable(inbox));
  inbox.wake_for_quiet(true);
  CHECK(readable(inbox));
  CHECK_EQUAL(1U, drain_count(inbox));
  inbox.push(ack(2), true);
  CHECK(readable(inbox));
  CHECK_EQUAL(1U, drain_count(inbox));
  inbox.wake_for_quiet(false);
  inbox.push(ack(3), true);
  CHECK_FALSE(readable(inbox));
  CHECK_EQUAL(1U, drain_count(inbox));
}

TEST(Inbox, FullDropsAndCountsArrivalsButKeepsRoomForTheRest) {
  Inbox inbox;
  const std::vector<std::uint8_t> payload(16 * 1024);
  std::size_t stored = 0;
  while (inbox.push(arrival("t", payload))) {
    ++stored;
  }
  CHECK_EQUAL(Inbox::kArrivalBytesMax / payload.size() - 1, stored);
  CHECK_EQUAL(1U, inbox.dropped());
  InboxRecord lost;
  lost.text = "why";
  CHECK(inbox.push(lost));
  CHECK_EQUAL(stored + 1, drain_count(inbox));
  CHECK(inbox.push(arrival("t", payload)));
  CHECK_EQUAL(1U, inbox.dropped());
}

TEST(Inbox, TakesWhatIsPushedWhileItIsDrained) {
  Inbox inbox;
  inbox.push(ack(1));
  inbox.drain([&](const InboxRecord& record) {
    if (record.id == 1) {
      inbox.push(ack(2));
    }
  });
  CHECK(readable(inbox));
  CHECK_EQUAL(1U, drain_count(inbox));
}

TEST(Inbox, LosesNothingBetweenThreads) {
  Inbox inbox;
  constexpr std::uint32_t kThreads = 3;
  constexpr std::uint32_t kEach = 5'000;
  std::vector<std::thread> writers;
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    writers.emplace_back([&inbox, t] {
      for (std::uint32_t i = 0; i < kEach; ++i) {
        InboxRecord record = ack(i);
        record.attempt = t;
        while (!inbox.push(record)) {
          std::this_thread::yield();  // full: the reader is behind
        }
      }
    });
  }
  std::array<std::uint32_t, kThreads> next{};
  std::uint32_t total = 0;
  while (total < kThreads * kEach) {
    pollfd fd{inbox.fd(), POLLIN, 0};
    CHECK_EQUAL(1, ::poll(&fd, 1, 10'000));
    inbox.drain([&](const InboxRecord& record) {
      CHECK_EQUAL(next[record.attempt], record.id);
      ++next[record.attempt];
      ++total;
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  CHECK_EQUAL(0U, drain_count(inbox));
}

TEST_GROUP(SendQueue){};

TEST(SendQueue, SendsInOrderWithinItsWindow) {
  SendQueue queue;
  Publication publication;
  publication.topic = "t";
  for (std::size_t i = 0; i < SendQueue::kSize; ++i) {
    CHECK(queue.push(publication) != nullptr);
  }
  CHECK(queue.push(publication) == nullptr);
  std::uint32_t expected = 0;
  while (const Outgoing* next = queue.next()) {
    CHECK_EQUAL(expected, next->id);
    ++expected;
  }
  CHECK_EQUAL(SendQueue::kWindowMax, expected);
  CHECK(queue.window_full());
  CHECK(queue.ack(0) != nullptr);
  CHECK_EQUAL(expected, queue.next()->id);
  CHECK(queue.next() == nullptr);
}

TEST(SendQueue, TakesAcknowledgementsInAnyOrderAndOnlyOnce) {
  SendQueue queue;
  Publication publication;
  for (int i = 0; i < 3; ++i) {
    queue.push(publication);
    queue.next();
  }
  CHECK(queue.ack(2) != nullptr);
  CHECK(queue.ack(2) == nullptr);
  CHECK(queue.ack(3) == nullptr);
  CHECK(queue.ack(0xFFFFFFFF) == nullptr);
  CHECK_EQUAL(2U, queue.in_flight());
  CHECK(queue.ack(0) != nullptr);
  CHECK_FALSE(queue.empty());
  CHECK(queue.ack(1) != nullptr);
  CHECK(queue.empty());
}

TEST(SendQueue, KeepsToASmallerReceiveMaximum) {
  SendQueue queue;
  queue.set_window(2);
  Publication publication;
  for (int i = 0; i < 3; ++i) {
    queue.push(publication);
  }
  CHECK(queue.next() != nullptr);
  CHECK(queue.next() != nullptr);
  CHECK(queue.next() == nullptr);
  queue.set_window(65'535);
  CHECK(queue.next() != nullptr);
}

TEST(SendQueue, ForgetsEverythingWhenCleared) {
  SendQueue queue;
  Publication publication;
  queue.push(publication);
  queue.next();
  queue.push(publication);
  queue.clear();
  CHECK(queue.empty());
  CHECK(queue.next() == nullptr);
  CHECK(queue.ack(0) == nullptr);
  CHECK_EQUAL(2U, queue.push(publication)->id);
}
