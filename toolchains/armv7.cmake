# 32-bit ARM with hardware floating point: i.MX 6, AM335x, STM32MP1, most SoCs of the last decade.
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(DOORCALL_TRIPLE arm-linux-gnueabihf)
set(DOORCALL_EMULATOR qemu-arm-static)
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a+fp -Wno-psabi")
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
