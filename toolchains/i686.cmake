# 32-bit x86: older panels on Atom and Geode's successors.
set(CMAKE_SYSTEM_PROCESSOR i686)
set(DOORCALL_TRIPLE i686-linux-gnu)
set(DOORCALL_LIBRARIES i386-linux-gnu)
set(DOORCALL_EMULATOR qemu-i386-static)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
