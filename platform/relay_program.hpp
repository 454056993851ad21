#pragma once

#include "platform/gpio.hpp"

namespace doorcall::platform {

/// The program that owns a relay's line, and switches it off whatever becomes of the daemon:
///
///   doorcall-relay --line LINE [--active-low] [--longest MS] [--pause MS]
///
/// It opens the line as off, obeys the lines on its standard input (relay_protocol.hpp), and times
/// each pulse by itself. The line is off again before it returns: at the end of its input, at
/// SIGTERM, SIGINT and SIGHUP, and when the line fails. `gpio`: null when none was built in.
/// Returns the exit code: 0 ended as asked, 1 the line failed, 2 wrong arguments.
int relay_program(int argc, char** argv, Gpio* gpio);

}  // namespace doorcall::platform
