# 64-bit RISC-V.
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(DOORCALL_TRIPLE riscv64-linux-gnu)
set(DOORCALL_EMULATOR qemu-riscv64-static)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
