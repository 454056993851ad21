# The libraries of other projects that doorcall needs, each as a target doorcall_dependency_<name>.
# Read by our build and, installed beside the package files, by projects that use libdoorcall.

include_guard(GLOBAL)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# Some processors change only whole words at once; the rest is in a library.
include(CheckCXXSourceCompiles)
check_cxx_source_compiles("#include <atomic>
std::atomic<bool> flag;
std::atomic<unsigned long long> count;
int main() { return flag.exchange(true) ? static_cast<int>(++count) : 0; }" DOORCALL_ATOMIC)
add_library(doorcall_dependency_atomic INTERFACE IMPORTED GLOBAL)
if(NOT DOORCALL_ATOMIC)
  target_link_libraries(doorcall_dependency_atomic INTERFACE atomic)
endif()

if(DOORCALL_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()

# Makes doorcall_dependency_<name> from pkg-config modules.
function(doorcall_dependency_from_pkg_config name)
  pkg_check_modules(DOORCALL_${name} QUIET IMPORTED_TARGET GLOBAL ${ARGN})
  if(TARGET PkgConfig::DOORCALL_${name})
    add_library(doorcall_dependency_${name} INTERFACE IMPORTED GLOBAL)
    target_link_libraries(doorcall_dependency_${name} INTERFACE PkgConfig::DOORCALL_${name})
  endif()
endfunction()

doorcall_dependency_from_pkg_config(cjson libcjson)
# Compiled, or its headers alone: where there is no library of it, or no archive, and in what is
# flashed, since the library has 130 KiB on 32-bit ARM and what is used of it 37. Who uses such a
# libdoorcall needs neither.
if(DOORCALL_TOML_WITHIN)
  add_library(doorcall_dependency_toml INTERFACE IMPORTED GLOBAL)
elseif(NOT DOORCALL_STATIC AND NOT CMAKE_BUILD_TYPE STREQUAL "MinSizeRel")
  doorcall_dependency_from_pkg_config(toml tomlplusplus)
endif()
if(NOT TARGET doorcall_dependency_toml)
  find_path(DOORCALL_TOML_INCLUDE_DIR toml++/toml.h)
  mark_as_advanced(DOORCALL_TOML_INCLUDE_DIR)
  if(DOORCALL_TOML_INCLUDE_DIR)
    add_library(doorcall_dependency_toml INTERFACE IMPORTED GLOBAL)
    target_include_directories(doorcall_dependency_toml INTERFACE ${DOORCALL_TOML_INCLUDE_DIR})
    # By itself it takes a string stream for numbers, and a static program then all locales with it.
    target_compile_definitions(doorcall_dependency_toml INTERFACE
      TOML_FLOAT_CHARCONV=1 TOML_ENABLE_FORMATTERS=0)
  endif()
endif()
if(DOORCALL_TLS)
  doorcall_dependency_from_pkg_config(openssl openssl)
else()
  add_library(doorcall_dependency_openssl INTERFACE IMPORTED GLOBAL)
endif()
doorcall_dependency_from_pkg_config(mosquitto libmosquitto)

# Optional parts.
doorcall_dependency_from_pkg_config(gpiod libgpiod>=1.5)
doorcall_dependency_from_pkg_config(evdev libevdev)

# Debian's Paho packages have no pkg-config file.
find_path(DOORCALL_PAHO_INCLUDE_DIR mqtt/async_client.h)
find_library(DOORCALL_PAHO_CPP_LIBRARY paho-mqttpp3)
find_library(DOORCALL_PAHO_C_LIBRARY paho-mqtt3as)
mark_as_advanced(DOORCALL_PAHO_INCLUDE_DIR DOORCALL_PAHO_CPP_LIBRARY DOORCALL_PAHO_C_LIBRARY)
if(DOORCALL_PAHO_INCLUDE_DIR AND DOORCALL_PAHO_CPP_LIBRARY AND DOORCALL_PAHO_C_LIBRARY)
  add_library(doorcall_dependency_paho INTERFACE IMPORTED GLOBAL)
  target_include_directories(doorcall_dependency_paho INTERFACE ${DOORCALL_PAHO_INCLUDE_DIR})
  target_link_libraries(doorcall_dependency_paho INTERFACE
    ${DOORCALL_PAHO_CPP_LIBRARY} ${DOORCALL_PAHO_C_LIBRARY} Threads::Threads)
endif()

# Headers only: nothing of these reaches users of libdoorcall.
doorcall_dependency_from_pkg_config(cli11 CLI11)
find_path(DOORCALL_MSGPACK_INCLUDE_DIR msgpack.hpp)
mark_as_advanced(DOORCALL_MSGPACK_INCLUDE_DIR)
if(DOORCALL_MSGPACK_INCLUDE_DIR)
  add_library(doorcall_dependency_msgpack INTERFACE IMPORTED GLOBAL)
  target_include_directories(doorcall_dependency_msgpack INTERFACE ${DOORCALL_MSGPACK_INCLUDE_DIR})
  target_compile_definitions(doorcall_dependency_msgpack INTERFACE MSGPACK_NO_BOOST)
endif()
