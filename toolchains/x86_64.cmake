# 64-bit x86. What runs on the machine that builds needs no toolchain file; this is for programs
# that shall run on another one, against the libraries of Debian 12.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(DOORCALL_TRIPLE x86_64-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
