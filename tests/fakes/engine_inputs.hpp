#pragma once

// Everything that can happen to an engine in the middle of a call, by name: what the other device
// says, right and with one thing wrong, the commands, the link, the media hook and presence.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/engine_scene.hpp"

namespace doorcall::fakes {

struct NamedInput {
  std::string variant;  ///< "" , "stranger", "command ", …
  std::string name;
  std::function<void(Scene&)> act;
};

namespace inputs {

Message message_of(std::string_view what, Scene& scene, Actor& speaker);

}  // namespace inputs

inline constexpr std::string_view kMessages[] = {"invite",
                                                 "ringing",
                                                 "ringing(waiting)",
                                                 "accept",
                                                 "confirm(panel)",
                                                 "confirm(hall)",
                                                 "reject(declined)",
                                                 "reject(declined_everywhere)",
                                                 "reject(busy)",
                                                 "reject(accept_failed)",
                                                 "reject(shutting_down)",
                                                 "cancel",
                                                 "end",
                                                 "end(moved)",
                                                 "leave",
                                                 "join",
                                                 "join(move)",
                                                 "info(data)",
                                                 "door(request)",
                                                 "door(nonce)",
                                                 "door(open)",
                                                 "door(opened)",
                                                 "roster(connected)",
                                                 "sync(connected)",
                                                 "sync(invite, right number)",
                                                 "sync(invite, wrong number)",
                                                 "ack(unknown)",
                                                 "marker"};

std::vector<NamedInput> all_inputs();

}  // namespace doorcall::fakes
