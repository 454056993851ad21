# 64-bit ARM: i.MX 8, Raspberry Pi 3 and later, RK3566.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(DOORCALL_TRIPLE aarch64-linux-gnu)
set(DOORCALL_EMULATOR qemu-aarch64-static)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
