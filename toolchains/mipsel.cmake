# 32-bit little-endian MIPS with glibc: MT7621 and MT7688.
set(CMAKE_SYSTEM_PROCESSOR mipsel)
set(DOORCALL_TRIPLE mipsel-linux-gnu)
set(DOORCALL_EMULATOR qemu-mipsel-static)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
