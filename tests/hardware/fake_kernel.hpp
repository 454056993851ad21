#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// GPIO chips and input devices of a kernel that this machine does not have. A shared library that
/// stands before the C library: its open(), ioctl(), read() and so on play the kernel for files
/// below /dev that were added here, through both line interfaces (libgpiod 1 speaks the first,
/// libgpiod 2 the second), and pass on everything else. Linked to a test it is driven by these
/// functions; loaded into a program by LD_PRELOAD it takes command() lines on the Unix socket that
/// DOORCALL_FAKE_KERNEL names.
///
/// Modelled: names, polarity, exclusive use, edges with time stamps, the queue of 16, debouncing of
/// the second interface, unplugging, permissions, grabbing, dropped key events.
namespace doorcall::fake_kernel {

/// Nothing is plugged in any more. To be called first; from then on /dev is ours.
void reset();

void add_chip(unsigned chip, unsigned lines);
/// Unplugs it: who has a line open is `told` so by the descriptor, or, as in kernels such as 6.1,
/// only when it uses it.
void remove_chip(unsigned chip, bool told = true);
void name_line(unsigned chip, unsigned line, std::string_view name);
/// Another program takes the line; none by an empty name.
void take_line(unsigned chip, unsigned line, std::string_view consumer);
/// The line's electrical level, from `at_ns` by CLOCK_MONOTONIC on; 0: now.
void set_level(unsigned chip, unsigned line, bool high, std::int64_t at_ns = 0);
/// It is `now_ns`: what was debounced until then is told.
void pass_time(std::int64_t now_ns);
/// The electrical level to which our program drives the line; empty: it does not.
[[nodiscard]] std::optional<bool> driven(unsigned chip, unsigned line);
/// The flags with which our program has the line, in the terms of the second interface.
[[nodiscard]] std::uint64_t flags(unsigned chip, unsigned line);

void add_keyboard(unsigned number, std::string_view name, std::initializer_list<unsigned> keys);
void remove_keyboard(unsigned number);
/// 1: pressed, 0: released, 2: repeated; `age_ns` ago.
void key(unsigned number, unsigned code, int value, std::int64_t age_ns = 0);
/// As key(), but the event is lost: the queue was full, and the kernel says so.
void drop_key(unsigned number, unsigned code, int value);
[[nodiscard]] bool grabbed(unsigned number);
/// Another program grabs it, or lets go.
void grab_by_other(unsigned number, bool grab);

/// Who opens the file is refused, or not any more.
void deny(std::string_view path, bool denied);

/// One of the above as words, such as "set_level 0 3 1"; the answer in one line.
std::string command(const std::string& line);

}  // namespace doorcall::fake_kernel
