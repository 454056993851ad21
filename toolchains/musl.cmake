# Any processor with musl, by the compilers of an SDK (OpenWrt, Alpine's cross tools, musl-cross).
# Say which with -DDOORCALL_TRIPLE=, for example arm-openwrt-linux-muslgnueabi. Not run here.
if(NOT DOORCALL_TRIPLE)
  message(FATAL_ERROR "DOORCALL_TRIPLE is missing: how the names of the SDK's compilers begin, as "
    "in -DDOORCALL_TRIPLE=arm-openwrt-linux-muslgnueabi; its folder bin must be in PATH")
endif()
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR ${DOORCALL_TRIPLE})
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
